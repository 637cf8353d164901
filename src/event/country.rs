//! E.164 country calling codes: which one a phone begins with.

use std::sync::LazyLock;

/// Every calling code of a country or territory, ascending by text. No code is the beginning of another.
pub const CODES: [&str; 207] = [
    "1", "20", "211", "212", "213", "216", "218", "220", "221", "222", "223", "224", "225", "226", "227", "228", "229",
    "230", "231", "232", "233", "234", "235", "236", "237", "238", "239", "240", "241", "242", "243", "244", "245",
    "246", "247", "248", "249", "250", "251", "252", "253", "254", "255", "256", "257", "258", "260", "261", "262",
    "263", "264", "265", "266", "267", "268", "269", "27", "290", "291", "297", "298", "299", "30", "31", "32", "33",
    "34", "350", "351", "352", "353", "354", "355", "356", "357", "358", "359", "36", "370", "371", "372", "373",
    "374", "375", "376", "377", "378", "379", "380", "381", "382", "383", "385", "386", "387", "389", "39", "40", "41",
    "420", "421", "423", "43", "44", "45", "46", "47", "48", "49", "500", "501", "502", "503", "504", "505", "506",
    "507", "508", "509", "51", "52", "53", "54", "55", "56", "57", "58", "590", "591", "592", "593", "594", "595",
    "596", "597", "598", "599", "60", "61", "62", "63", "64", "65", "66", "670", "672", "673", "674", "675", "676",
    "677", "678", "679", "680", "681", "682", "683", "685", "686", "687", "688", "689", "690", "691", "692", "7", "81",
    "82", "84", "850", "852", "853", "855", "856", "86", "880", "886", "90", "91", "92", "93", "94", "95", "960",
    "961", "962", "963", "964", "965", "966", "967", "968", "970", "971", "972", "973", "974", "975", "976", "977",
    "98", "992", "993", "994", "995", "996", "998",
];

/// Characters that a phone has at least, masked ones included.
const SHORTEST: usize = 7;

/// Where in [`CODES`] the calling code of `phone` stands. A phone that arrived masked has one when enough digits are left to
/// read it; what is no phone has none.
pub fn code_of(phone: &str) -> Option<usize> {
    let phone = phone.strip_prefix('+').unwrap_or(phone);
    if phone.len() < SHORTEST {
        return None;
    }
    let digits = phone.bytes().take(3).take_while(u8::is_ascii_digit).map(|digit| usize::from(digit - b'0'));
    let mut number = 0;
    digits.zip(FIRST_SLOTS).find_map(|(digit, first)| {
        number = number * 10 + digit;
        PLACES.get(first + number).copied().flatten().map(usize::from)
    })
}

/// Slots of the codes of one, two and three digits begin here.
const FIRST_SLOTS: [usize; 3] = [0, 10, 110];

/// The place of each code by its digits: every status asks for one.
static PLACES: LazyLock<Vec<Option<u8>>> = LazyLock::new(|| {
    let mut places = vec![None; 1110];
    for (place, code) in (0..).zip(CODES) {
        let slot = FIRST_SLOTS[code.len() - 1] + code.parse().unwrap_or(0);
        places[slot] = Some(place);
    }
    places
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_sorted_and_none_begins_another() {
        assert!(CODES.is_sorted());
        for (a, b) in CODES.iter().zip(&CODES[1..]) {
            assert!(!b.starts_with(a), "{a} begins {b}");
        }
    }

    #[test]
    fn a_phone_has_the_code_it_begins_with() {
        let code = |phone| code_of(phone).map(|at| CODES[at]);
        assert_eq!(code("85255311705"), Some("852"));
        assert_eq!(code("+16505551234"), Some("1"));
        assert_eq!(code("8613800138000"), Some("86"));
        assert_eq!(code("4915206610292"), Some("49"));
        assert_eq!(code("85xxxx705"), None, "what is left begins no code");
        assert_eq!(code("852xxxx705"), Some("852"));
        assert_eq!(code("86xxxxx0000"), Some("86"));
        for stranger in ["", "852", "US.13491208655302741918", "WHATSAPP_ID", "8015551234", "電話852553117"] {
            assert_eq!(code(stranger), None, "{stranger}");
        }
    }
}
