//! What a chat is set to: how much the agent program may do unasked, and in which mode it works.

use serde::{Deserialize, Serialize};

/// What the agent program may do unasked in a chat. Print mode cannot ask, so what is not allowed
/// is refused by the program itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Permission {
    /// Reads and answers; changes nothing.
    ReadOnly,
    /// Reads, edits and what the CLI's own allow list names; the rest is refused.
    Rules,
    /// Everything but what the CLI's own deny list names.
    Everything,
}

/// The mode of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Implements changes directly.
    Agent,
    /// Explores and drafts a plan; changes nothing.
    Plan,
}

macro_rules! text_form {
    ($name:ident { $($variant:ident = $text:literal),+ }) => {
        impl $name {
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

text_form!(Permission { ReadOnly = "read-only", Rules = "rules", Everything = "everything" });
text_form!(Mode { Agent = "agent", Plan = "plan" });
