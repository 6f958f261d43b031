//! How far git has come, from what it says of itself.

/// `percent` of a phase, in git's words, such as "Receiving objects".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    pub phase: String,
    pub percent: Option<u8>,
}

impl Progress {
    pub fn new(phase: impl Into<String>) -> Self {
        Self { phase: phase.into(), percent: None }
    }

    /// `Receiving objects:  45% (450/1000), 1.2 MiB | 600 KiB/s`, also with `remote: ` before it.
    pub fn parse(line: &str) -> Option<Self> {
        let line = line.trim_start_matches("remote: ");
        let (phase, rest) = line.split_once(':')?;
        let (percent, _) = rest.split_once('%')?;
        let percent = percent.trim().parse::<u8>().ok().filter(|percent| *percent <= 100)?;
        Some(Self { phase: phase.trim().to_owned(), percent: Some(percent) })
    }
}

/// Who is told how far it has come.
pub type Tell<'a> = &'a (dyn Fn(Progress) + Send + Sync);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn git_s_progress_is_understood() {
        let progress = Progress::parse("Receiving objects:  45% (450/1000), 1.2 MiB | 600 KiB/s");
        assert_eq!(progress, Some(Progress { phase: "Receiving objects".to_owned(), percent: Some(45) }));
        assert_eq!(Progress::parse("remote: Compressing objects: 100% (3/3), done.").unwrap().percent, Some(100));
        assert_eq!(Progress::parse("From https://host/a"), None);
    }
}
