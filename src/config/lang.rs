//! The languages of the screen.

/// A language of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Simplified Chinese.
    Zh,
}

impl Lang {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::En, Self::Zh];

    /// The name in `--lang` and the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh",
        }
    }

    /// The language called `name`, such as `zh`, `zh-CN` or `zh_CN.UTF-8`.
    pub fn named(name: &str) -> Option<Self> {
        let language = name.split(['-', '_', '.', '@']).next()?;
        Self::ALL.into_iter().find(|lang| lang.name().eq_ignore_ascii_case(language))
    }

    /// The language of the locale: the first of `LC_ALL`, `LC_MESSAGES` and `LANG` that is set; English where it is neither.
    pub fn of_locale(variable: impl Fn(&str) -> Option<String>) -> Self {
        let set = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(variable).find(|value| !value.is_empty());
        set.and_then(|locale| Self::named(&locale)).unwrap_or_default()
    }

    /// The text in this language.
    pub const fn pick<T: Copy>(self, en: T, zh: T) -> T {
        match self {
            Self::En => en,
            Self::Zh => zh,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locale_chooses_the_language() {
        let locale = |set: &'static [(&str, &str)]| {
            Lang::of_locale(|name| set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
        };
        assert_eq!(locale(&[("LANG", "zh_CN.UTF-8")]), Lang::Zh);
        assert_eq!(locale(&[("LC_ALL", "en_GB.UTF-8"), ("LANG", "zh_CN.UTF-8")]), Lang::En);
        assert_eq!(locale(&[("LC_ALL", ""), ("LC_MESSAGES", "zh_HK"), ("LANG", "C")]), Lang::Zh);
        assert_eq!(locale(&[("LANG", "C.UTF-8")]), Lang::En);
        assert_eq!(locale(&[]), Lang::En);
    }
}
