//! The states of a run and what it used.

use serde::{Deserialize, Serialize};

/// Where a run stands. Only `Creating` and `Running` are not final.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "UPPERCASE")]
pub enum RunStatus {
    Creating,
    Running,
    Finished,
    Error,
    Cancelled,
    Expired,
}

impl RunStatus {
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Creating | Self::Running)
    }

    /// Whether a run may go from here to `next`: forward only, and never out of a final state.
    pub fn may_become(self, next: Self) -> bool {
        match self {
            Self::Creating => next != Self::Creating,
            Self::Running => next.is_final(),
            _ => false,
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Creating => "CREATING",
            Self::Running => "RUNNING",
            Self::Finished => "FINISHED",
            Self::Error => "ERROR",
            Self::Cancelled => "CANCELLED",
            Self::Expired => "EXPIRED",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Creating, Self::Running, Self::Finished, Self::Error, Self::Cancelled, Self::Expired]
            .into_iter()
            .find(|status| status.as_str() == text)
    }
}

/// Tokens, as the agent program counted them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct Usage {
    pub input_tokens: u64,
    pub output_tokens: u64,
    pub cache_write_tokens: u64,
    pub cache_read_tokens: u64,
}

impl Usage {
    pub fn total_tokens(&self) -> u64 {
        self.input_tokens
            .saturating_add(self.output_tokens)
            .saturating_add(self.cache_write_tokens)
            .saturating_add(self.cache_read_tokens)
    }
}

impl std::ops::AddAssign for Usage {
    fn add_assign(&mut self, other: Self) {
        self.input_tokens = self.input_tokens.saturating_add(other.input_tokens);
        self.output_tokens = self.output_tokens.saturating_add(other.output_tokens);
        self.cache_write_tokens = self.cache_write_tokens.saturating_add(other.cache_write_tokens);
        self.cache_read_tokens = self.cache_read_tokens.saturating_add(other.cache_read_tokens);
    }
}

#[cfg(test)]
mod tests {
    use super::RunStatus::*;

    #[test]
    fn states_only_go_forward() {
        assert!(Creating.may_become(Running) && Creating.may_become(Cancelled) && Running.may_become(Finished));
        assert!(!Running.may_become(Creating) && !Running.may_become(Running) && !Finished.may_become(Error));
        assert_eq!(super::RunStatus::parse("EXPIRED"), Some(Expired));
    }
}
