//! What a run, a chat and a day may come to, and the guards of one run that follow from it.

use serde::{Deserialize, Serialize};

/// Limits as the settings hold them. `None`: no limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct Limits {
    pub concurrent_runs: Option<u32>,
    pub run: RunLimits,
    pub chat: Budget,
    pub day: Budget,
}

/// What one run may come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct RunLimits {
    pub minutes: Option<u32>,
    pub silence_minutes: Option<u32>,
    pub output_megabytes: Option<u32>,
    pub tool_calls: Option<u32>,
    pub tokens: Option<u64>,
    /// The same shell command failing so many times, with nothing changed in between.
    pub repeated_failures: Option<u32>,
}

/// What several runs together may come to: all of a chat, or all of the last 24 hours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct Budget {
    pub minutes: Option<u32>,
    pub tool_calls: Option<u32>,
    pub tokens: Option<u64>,
}

/// What runs came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    pub milliseconds: u64,
    pub tool_calls: u64,
    pub tokens: u64,
}

pub const MINUTE_MS: u64 = 60_000;
pub const MEGABYTE: u64 = 1_000_000;

impl Limits {
    /// What holds before anyone changes it: room for honest work, an end to what has gone astray.
    pub fn for_cores(cores: usize) -> Self {
        Self {
            concurrent_runs: Some((2 * cores).clamp(4, 64) as u32),
            run: RunLimits {
                minutes: Some(240),
                // 757 s of real silence were measured.
                silence_minutes: Some(20),
                output_megabytes: Some(1024),
                tool_calls: Some(1_000),
                tokens: None,
                repeated_failures: Some(6),
            },
            chat: Budget::default(),
            day: Budget { minutes: Some(1_440), tool_calls: Some(20_000), tokens: None },
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::for_cores(2)
    }
}

impl RunLimits {
    /// These, where they say something, before `others`.
    pub fn or(self, others: Self) -> Self {
        Self {
            minutes: self.minutes.or(others.minutes),
            silence_minutes: self.silence_minutes.or(others.silence_minutes),
            output_megabytes: self.output_megabytes.or(others.output_megabytes),
            tool_calls: self.tool_calls.or(others.tool_calls),
            tokens: self.tokens.or(others.tokens),
            repeated_failures: self.repeated_failures.or(others.repeated_failures),
        }
    }
}

impl Budget {
    pub fn or(self, others: Self) -> Self {
        Self {
            minutes: self.minutes.or(others.minutes),
            tool_calls: self.tool_calls.or(others.tool_calls),
            tokens: self.tokens.or(others.tokens),
        }
    }

    pub fn is_unlimited(&self) -> bool {
        *self == Self::default()
    }

    /// What of it is used up, in words: `1,440 of 1,440 minutes`. `None` while there is room.
    pub fn used_up(&self, spent: &Spent) -> Option<String> {
        let minutes = spent.milliseconds / MINUTE_MS;
        [
            (self.minutes.map(u64::from), minutes, "minutes"),
            (self.tool_calls.map(u64::from), spent.tool_calls, "tool calls"),
            (self.tokens, spent.tokens, "tokens"),
        ]
        .into_iter()
        .find_map(|(most, spent, what)| {
            most.filter(|most| spent >= *most).map(|most| format!("{} of {} {what}", grouped(spent), grouped(most)))
        })
    }
}

/// What ends one run, as it was when the run began. A run that is taken up again goes by the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Guards {
    /// Milliseconds.
    pub wall: Option<Bound>,
    pub silence_ms: Option<u64>,
    pub output_bytes: Option<u64>,
    pub tool_calls: Option<Bound>,
    pub tokens: Option<Bound>,
    pub repeated_failures: Option<u32>,
}

/// How much, and whose limit it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bound {
    pub most: u64,
    pub of: BoundOf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BoundOf {
    Run,
    Chat,
}

impl Guards {
    /// The tighter of a run's own limits and what is left of its chat's budget.
    pub fn of(run: &RunLimits, chat: &Budget, spent: &Spent) -> Self {
        let tighter = |own: Option<u64>, budget: Option<u64>, spent: u64| {
            let own = own.map(|most| Bound { most, of: BoundOf::Run });
            let left = budget.map(|budget| Bound { most: budget.saturating_sub(spent).max(1), of: BoundOf::Chat });
            [own, left].into_iter().flatten().min_by_key(|bound| bound.most)
        };
        let ms = |minutes: Option<u32>| minutes.map(|minutes| u64::from(minutes) * MINUTE_MS);
        Self {
            wall: tighter(ms(run.minutes), ms(chat.minutes), spent.milliseconds),
            silence_ms: ms(run.silence_minutes),
            output_bytes: run.output_megabytes.map(|megabytes| u64::from(megabytes) * MEGABYTE),
            tool_calls: tighter(run.tool_calls.map(u64::from), chat.tool_calls.map(u64::from), spent.tool_calls),
            tokens: tighter(run.tokens, chat.tokens, spent.tokens),
            repeated_failures: run.repeated_failures,
        }
    }
}

/// `1234567` as `1,234,567`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn the_tighter_bound_counts_and_says_whose_it_is() {
        let run = RunLimits { minutes: Some(10), tool_calls: Some(100), ..RunLimits::default() };
        let chat = Budget { minutes: Some(60), tool_calls: Some(120), tokens: Some(5) };
        let spent = Spent { milliseconds: 5 * MINUTE_MS, tool_calls: 110, tokens: 50 };
        let guards = Guards::of(&run, &chat, &spent);
        assert_eq!(guards.wall, Some(Bound { most: 10 * MINUTE_MS, of: BoundOf::Run }));
        assert_eq!(guards.tool_calls, Some(Bound { most: 10, of: BoundOf::Chat }));
        assert_eq!(guards.tokens, Some(Bound { most: 1, of: BoundOf::Chat }));
        assert_eq!(chat.used_up(&spent).as_deref(), Some("50 of 5 tokens"));
        assert_eq!(Budget::default().used_up(&spent), None);
    }
}
