//! Ids as newtypes, so that one kind can never stand where another is meant.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

/// Why a text is no id of ours.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("not {expected}")]
pub struct InvalidId {
    expected: &'static str,
}

macro_rules! prefixed_uuid {
    ($(#[$doc:meta])* $name:ident, $prefix:literal, $expected:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Uuid);

        impl $name {
            /// A new id; version 7, so that ids sort by the time they were made.
            pub fn mint() -> Self {
                Self(Uuid::now_v7())
            }

            pub fn uuid(&self) -> Uuid {
                self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "{}"), self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let invalid = InvalidId { expected: $expected };
                let Some(rest) = text.strip_prefix($prefix) else { return Err(invalid) };
                // Only the hyphenated form: one thing has one name.
                if rest.len() != 36 {
                    return Err(invalid);
                }
                Uuid::try_parse(rest).map(Self).map_err(|_| invalid)
            }
        }

        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

prefixed_uuid!(
    /// A conversation: `bc-<uuid>`.
    AgentId,
    "bc-",
    "an agent id (bc-<uuid>)"
);
prefixed_uuid!(
    /// One prompt and all that came of it: `run-<uuid>`.
    RunId,
    "run-",
    "a run id (run-<uuid>)"
);

impl RunId {
    /// What tells this run from others in an event id: the last twelve digits of its uuid, which
    /// are random in version 7.
    pub fn tail(&self) -> u64 {
        self.0.as_u128() as u64 & 0xffff_ffff_ffff
    }
}

/// A step: `step-<run uuid>-<ordinal>`. Made from what it names, so that writing a step twice
/// after a crash writes one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StepId {
    pub run: RunId,
    pub ordinal: u32,
}

impl fmt::Display for StepId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "step-{}-{}", self.run.0, self.ordinal)
    }
}

impl FromStr for StepId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let invalid = InvalidId { expected: "a step id (step-<uuid>-<number>)" };
        let parse = || {
            let rest = text.strip_prefix("step-")?;
            let (uuid, ordinal) = (rest.get(..36)?, rest.get(36..)?.strip_prefix('-')?);
            Some(Self { run: RunId(Uuid::try_parse(uuid).ok()?), ordinal: ordinal.parse().ok()? })
        };
        parse().ok_or(invalid)
    }
}

impl Serialize for StepId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The number of an event in its run's event log, as clients see it:
/// `<run tail, 12 hex digits>-<epoch>-<number>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventId {
    pub run_tail: u64,
    /// Raised when numbers may have been lost (a loss of power), so that an old id is known as old.
    pub epoch: u32,
    /// From 1, without gaps.
    pub number: u64,
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:012x}-{}-{}", self.run_tail, self.epoch, self.number)
    }
}

impl FromStr for EventId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let invalid = InvalidId { expected: "an event id of this server" };
        let parse = || {
            let mut parts = text.split('-');
            let (tail, epoch, number) = (parts.next()?, parts.next()?, parts.next()?);
            if parts.next().is_some() || tail.len() != 12 {
                return None;
            }
            Some(Self { run_tail: u64::from_str_radix(tail, 16).ok()?, epoch: epoch.parse().ok()?, number: number.parse().ok()? })
        };
        parse().ok_or(invalid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_come_back_from_their_text() {
        let agent = AgentId::mint();
        assert_eq!(agent.to_string().parse(), Ok(agent));
        let run = RunId::mint();
        let step = StepId { run, ordinal: 12 };
        assert_eq!(step.to_string().parse(), Ok(step));
        let event = EventId { run_tail: run.tail(), epoch: 2, number: 91 };
        assert_eq!(event.to_string().parse(), Ok(event));
    }

    #[test]
    fn what_is_no_id_is_refused() {
        for text in
            ["", "bc-", "bc-zz", "run-0", "bc-00000000000000000000000000000001", "bc-00000000-0000-0000-0000-000000000001 "]
        {
            assert!(text.parse::<AgentId>().is_err(), "{text}");
        }
        for text in ["", "1", "-1-1", "0000-1-1", "000000000000-1", "000000000000-1-1-1", "000000000000-x-1"] {
            assert!(text.parse::<EventId>().is_err(), "{text}");
        }
        assert!("step-é0000000-0000-0000-0000-000000000001-1".parse::<StepId>().is_err());
    }
}
