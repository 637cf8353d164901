//! Texts of the screen. Every one stands in all languages side by side where it is used, so none can be missing: texts without
//! values are chosen with [`Lang::pick`], those with values by `say!`.

pub use crate::config::Lang;

/// A text with values in it, in the language of a [`super::look::Look`] (or anything with a `lang` field): first English, then
/// Chinese, each with the same values in braces. Texts without values are picked with [`Lang::pick`].
macro_rules! say {
    ($look:expr, $en:literal, $zh:literal $(,)?) => {
        match $look.lang {
            $crate::config::Lang::En => format!($en),
            $crate::config::Lang::Zh => format!($zh),
        }
    };
}
pub(crate) use say;
