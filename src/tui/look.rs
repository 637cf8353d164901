//! How everything is put for the reader: colours and glyphs, language, and whether strangers' data are masked.

use super::areas::Areas;
use super::lang::Lang;
use super::theme::Theme;
use crate::event::clean::clean;
use crate::event::mask::Masker;
use std::borrow::Cow;
use std::ops::Deref;

/// A theme, a language, the state of the privacy key, and where things were put. Dereferences to its theme.
#[derive(Debug, Clone)]
pub struct Look {
    /// Colours and glyphs.
    pub theme: Theme,
    /// The language of every text.
    pub lang: Lang,
    /// With one, phones, names, texts and ids are shown as pseudonyms.
    pub masker: Option<Masker>,
    /// Where things were drawn.
    pub areas: Areas,
}

impl Look {
    /// A theme in English, nothing masked.
    pub fn new(theme: Theme) -> Self {
        Self { theme, lang: Lang::default(), masker: None, areas: Areas::default() }
    }

    /// A phone or user id as it may be shown: masked where asked for, and clean.
    pub fn phone<'t>(&self, phone: &'t str) -> Cow<'t, str> {
        self.shown(phone, |masker| masker.phone(phone))
    }

    /// A person's name as it may be shown.
    pub fn person<'t>(&self, name: &'t str) -> Cow<'t, str> {
        let masked = |masker: &Masker| match self.lang {
            Lang::En => masker.name(name),
            Lang::Zh => masker.name(name).replacen("name", "姓名", 1).into(),
        };
        self.shown(name, masked)
    }

    /// A customer's own words as they may be shown.
    pub fn words<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let length = |masker: &Masker| match self.lang {
            Lang::En => masker.text(text),
            Lang::Zh => format!("{} 个字符", text.chars().count()).into(),
        };
        self.shown(text, length)
    }

    /// The platform's own words, which may quote a phone.
    pub fn quoting<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match &self.masker {
            Some(masker) => Cow::Owned(clean(&masker.without_long_numbers(text)).into_owned()),
            None => clean(text),
        }
    }

    /// A message id as it may be shown. Ids may hold the phone in clear (PROTOCOL §7 Identity and privacy).
    pub fn id<'t>(&self, id: &'t str) -> Cow<'t, str> {
        self.shown(id, |masker| masker.id(id))
    }

    /// A text in which a business number may stand.
    pub fn about<'t>(&self, text: &'t str, number: Option<&str>) -> Cow<'t, str> {
        match (&self.masker, number.filter(|number| !number.is_empty())) {
            (Some(masker), Some(number)) => {
                Cow::Owned(clean(&text.replace(number, &masker.phone(number))).into_owned())
            }
            _ => clean(text),
        }
    }

    /// A filter expression as it may be shown.
    pub fn filter<'t>(&self, expression: &'t str) -> Cow<'t, str> {
        match &self.masker {
            Some(masker) => Cow::Owned(clean(&crate::query::mask::masked(expression, masker)).into_owned()),
            None => clean(expression),
        }
    }

    fn shown<'t>(&self, text: &'t str, mask: impl FnOnce(&Masker) -> crate::event::Text) -> Cow<'t, str> {
        match &self.masker {
            Some(masker) => Cow::Owned(mask(masker).into()),
            None => clean(text),
        }
    }
}

impl Deref for Look {
    type Target = Theme;

    fn deref(&self) -> &Theme {
        &self.theme
    }
}
