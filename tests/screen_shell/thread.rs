//! One conversation, from the customer's first word to the last status.

use super::{Screen, line};
use ratatui::crossterm::event::{KeyCode, KeyModifiers};
use watop::config::Lang;

impl Screen {
    /// A message of the customer, a minute after what came before.
    fn says(&mut self, id: &str, message: &str) {
        self.now += 60_000;
        let at = self.now / 1000;
        let body = format!(
            r#"{{"contacts":[{{"profile":{{"name":"Jay"}},"wa_id":"85255311705"}}],"merchant_phone":"85230174859",
               "messages":[{{"from":"85255311705","id":"{id}","timestamp":"{at}",{message}}}]}}"#
        );
        self.commit(body.as_bytes());
    }

    /// A status of an answer, a second after what came before.
    fn answered(&mut self, id: &str, status: &str, more: &str) {
        self.now += 1_000;
        let at = self.now / 1000;
        let body = format!(
            r#"{{"statuses":[{{"id":"{id}","status":"{status}","timestamp":"{at}","recipient_id":"85255311705"{more}}}]}}"#
        );
        self.commit(body.as_bytes());
    }

    /// Everything a customer can send, and answers that came to every end.
    fn conversation(&mut self) {
        self.says("in.1", r#""type":"text","text":{"body":"您好,我想多了解一些信息。"},"referral":{"headline":"与我们聊天","source_type":"ad","source_id":"120200744305620497","source_url":"https://fb.me/6cf1tN8rT"}"#);
        self.answered("wamid.read", "sent", r#","conversation":{"id":"c","origin":{"type":"service"}}"#);
        self.answered("wamid.read", "delivered", "");
        self.answered("wamid.read", "read", "");
        self.says("in.2", r#""type":"image","image":{"id":"6bf0ca79-1","mime_type":"image/jpeg"}"#);
        self.says("in.3", r#""type":"document","document":{"id":"d","mime_type":"application/pdf","filename":"询价单.pdf","caption":"please quote"}"#);
        self.says("in.4", r#""type":"location","location":{"name":"KFC (肯德基)","address":"深圳市, 广东","latitude":22.550802897,"longitude":113.938447}"#);
        self.says("in.5", r#""type":"sticker","sticker":{"metadata":{"emojis":["☕","🙂"],"is-first-party-sticker":1,"sticker-pack-id":"whatsappcuppy"}}"#);
        self.answered(
            "wamid.tpl",
            "delivered",
            r#","biz_opaque_callback_data":"order-update","pricing":{"category":"utility"}"#,
        );
        self.says("in.6", r#""type":"reaction","reaction":{"message_id":"wamid.tpl","emoji":"👍"}"#);
        self.says("in.7", r#""type":"interactive","context":{"id":"wamid.tpl"},"interactive":{"type":"list_reply","list_reply":{"id":"2","title":"牛肉面","description":"红烧牛肉面"}}"#);
        self.says("in.8", r#""type":"text","text":{"body":"OK you"},"context":{"id":"wamid.read"}"#);
        self.says("in.9", r#""type":"interactive","interactive":{"type":"nfm_reply","nfm_reply":{"response_json":"{\"a\":\"0_10分\",\"flow_token\":\"t\",\"b\":\"好评\"}","body":"已发送","name":"flow"}}"#);
        self.says("in.10", r#""type":"contacts","contacts":[{"name":{"formatted_name":"Li Wei"},"phones":[{"phone":"+8613800000221"}]}]"#);
        self.says(
            "in.11",
            r#""type":"unsupported","errors":[{"code":131051,"title":"Message type is currently not supported"}]"#,
        );
        self.says("in.12", r#""type":"order","order":{"catalog_id":"310639698193384","text":"","product_items":[{"product_retailer_id":"h0v6snwgg6","quantity":1.0,"item_price":124.0,"currency":"CNY"},{"product_retailer_id":"qnp7xflxk9","quantity":1.0,"item_price":1000.0,"currency":"CNY"}]}"#);
        self.answered("wamid.bad", "failed", r#","errors":[{"code":132000,"title":"Parameters"}]"#);
        self.answered("wamid.late", "sent", "");
        self.says("in.13", r#""type":"text","text":{"body":"wrong"}"#);
        self.says("in.14", r#""type":"revoke","revoke":{"original_message_id":"in.13"}"#);
        self.shown();
    }
}

#[test]
fn every_message_is_rendered_for_a_reader_with_its_answers_in_line() {
    let mut screen = Screen::new(120, 60);
    screen.conversation();
    let thread = screen.press("\t\n");
    for text in [
        "Overview › Jay 85255311705",
        "┏ Thread",
        "1–18 of 18",
        "Today, Thu 12 Mar",
        "│ 您 好 ,我 想 多 了 解 一 些 信 息 。",
        "from ad 与 我 们 聊 天  · id 12020074",
        "image  image/jpeg · no caption · media 6bf0ca79",
        "file   询 价 单 .pdf application/pdf",
        "please quote",
        "place  KFC",
        "22.55080, 113.93845",
        "whatsappcuppy, first party",
        "template · utility · tag order-update",
        "✓✓ delivered",
        "on 14:37 order-update",
        "list   牛 肉 面",
        "answers 14:37 order-update · id 2",
        "▏quotes 14:33 service",
        "flow answered, 2 fields",
        "card   Li Wei +8613800000221",
        "! unsupported 131051 Message type is currently not supported",
        "order  2 lines, CNY 1,124.00 catalogue 310639698193384",
        "1 × qnp7xflxk9 ",
        " 1,000.00",
        "✖ failed 132000 Parameter count",
        "✓ sent",
        "waiting",
        "text not on the wire · service",
        "✓✓ read 14:33",
        "deleted by the customer later",
        "today 14:46:06",
        "read rate            50.0 % of 2",
    ] {
        assert!(thread.contains(text), "no {text:?} on\n{thread}");
    }
}

#[test]
fn the_next_failure_its_advice_and_its_events_are_a_key_away() {
    let mut screen = Screen::new(120, 36);
    screen.conversation();
    screen.press("\t\n");
    let failed = screen.press("n");
    assert!(line(&failed, "▌").contains("✖ failed 132000"), "{failed}");
    assert!(failed.contains("Selected") && failed.contains("class template"), "{failed}");
    let story = screen.press("\n");
    assert!(line(&story, "Story").contains("event"), "{story}");
    screen.press("\x1b");
    let events = screen.press("r");
    assert!(
        line(&events, "shown").contains("id:wamid.bad") || line(&events, "shown").contains("wamid.bad"),
        "{events}"
    );
    let back = screen.press("\x1b");
    assert!(line(&back, "▌").contains("✖ failed 132000"), "the cursor is where it was:\n{back}");
    assert!(screen.press("\x1b").contains("Failures by code"));
}

#[test]
fn a_thread_is_searched_sorted_and_follows_what_comes() {
    let mut screen = Screen::new(120, 36);
    screen.conversation();
    let found = screen.press("\t\n/li wei");
    assert!(found.contains("/ li wei"), "{found}");
    let found = screen.press("\n");
    assert!(line(&found, "▌").contains("Li Wei"), "{found}");
    screen.press("\x1bG");
    screen.says("in.15", r#""type":"text","text":{"body":"are you there?"}"#);
    let newest = screen.shown();
    assert!(line(&newest, "▌").contains("are you there?"), "{newest}");
    assert!(line(&newest, "unread").contains("● 3"), "{newest}");
    let turned = screen.press("s");
    assert!(turned.contains("newest first"), "{turned}");
    assert!(!screen.press(":sort time asc\n").contains("newest first"));
    assert!(screen.press(":sort time desc\n").contains("newest first"));
}

#[test]
fn an_event_leads_to_its_conversation() {
    let mut screen = Screen::new(120, 36);
    screen.conversation();
    screen.press("2");
    screen.press("k");
    screen.key(KeyCode::Char('c'), KeyModifiers::NONE);
    let thread = screen.shown();
    assert!(thread.contains("┏ Thread") && thread.contains("85255311705"), "{thread}");
    screen.press("\x1b");
    let story = screen.press("\n");
    assert!(story.contains("Story"), "an event leads to its message:\n{story}");
}

#[test]
fn a_masked_thread_shows_no_word_of_the_customer() {
    let mut screen = Screen::new(120, 60);
    screen.conversation();
    let masked = screen.press("\t\nM").replace(' ', "");
    for personal in ["85255311705", "LiWei", "8613800000221", "您好", "KFC", "牛肉面", "Jay"] {
        assert!(!masked.contains(personal), "{personal} on\n{masked}");
    }
}

#[test]
fn a_thread_breaks_no_border_at_any_size_in_any_language() {
    let hard =
        ["👨‍👩‍👧‍👦 family", "שלום مرحبا", "e\u{301}\u{323} Z͑ͫa͚̣l͙g̞o͑", "🇭🇰🏴󠁧󠁢󠁥󠁮󠁧󠁿 flags", "\\u001b[2Jx\\u202e", "ไทย ที่นี่ क्षत्रिय"];
    for (width, height) in [(120, 36), (80, 24), (200, 60), (40, 12)] {
        for lang in [Lang::En, Lang::Zh] {
            let mut screen = Screen::in_language(width, height, lang);
            screen.conversation();
            for (at, text) in hard.iter().enumerate() {
                let text = text.repeat(20);
                screen.says(&format!("hard.{at}"), &format!(r#""type":"text","text":{{"body":"{text}"}}"#));
            }
            let shown = screen.press(if width < 70 { "\t\t\n" } else { "\t\n" });
            let buffer = screen.terminal.backend().buffer();
            let first = (0..height).find(|y| buffer[(0, *y)].symbol() == "┏");
            let first = first.unwrap_or_else(|| panic!("no frame on\n{shown}"));
            for y in first + 1..height - 2 {
                for x in [0, width - 1] {
                    assert!("┃│█╭╮╰╯".contains(buffer[(x, y)].symbol()), "row {y}, column {x} of\n{shown}");
                }
            }
        }
    }
}
