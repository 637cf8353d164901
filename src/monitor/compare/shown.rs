//! The figures of a difference as they are written, and what it is worth to a reader.

use super::{Change, Measure, Turn};
use crate::monitor::figures::{fine_percent, percent, rate, thousands};

impl Change {
    /// One side of it: a count of a volume, else a share; `-` of nothing.
    pub fn side(&self, (part, whole): (u64, u64)) -> String {
        match (self.measure, whole) {
            (Measure::Volume, _) => thousands(part),
            (_, 0) => "-".to_owned(),
            (Measure::CodeRate, _) => fine_percent(part as f64 / whole as f64),
            _ => percent(part as f64 / whole as f64),
        }
    }

    /// `+5.1` in points, of volumes `×2.4`; `None` where there is nothing to compare.
    pub fn difference(&self) -> Option<String> {
        let value = self.change?;
        let sign = match self.measure {
            Measure::Volume => "×",
            _ if value > 0.0 => "+",
            _ => "",
        };
        Some(format!("{sign}{}", self.figure(value)))
    }

    /// A difference or a bound of its interval: points, of volumes a ratio.
    pub fn figure(&self, value: f64) -> String {
        match self.measure {
            Measure::Volume if value < 1.0 => format!("{value:.2}"),
            Measure::Volume => rate(value),
            _ => {
                let points = format!("{:.1}", value * 100.0);
                if points == "-0.0" { "0.0".to_owned() } else { points }
            }
        }
    }

    /// Whether it is for the worse (`Some(true)`) or the better; `None` where only its reader can say.
    pub fn is_worse(&self) -> Option<bool> {
        match (self.turn?, self.measure) {
            (Turn::New | Turn::Quiet, _) => Some(true),
            (Turn::Rose | Turn::Appeared, Measure::CodeRate | Measure::FailureRate) => Some(true),
            (Turn::Fell, Measure::CodeRate | Measure::FailureRate) => Some(false),
            (turn, Measure::SettledRate | Measure::ReadRate) => Some(turn == Turn::Fell),
            (_, Measure::Volume) => None,
        }
    }
}
