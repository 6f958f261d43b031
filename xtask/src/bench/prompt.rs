//! The prompts that make the stand-in say what can be measured.

#[derive(Clone, Copy, Debug)]
pub enum Prompt {
    /// So many chunks at so many a second, each with the time at which it was written.
    Stamped { chunks: u64, rate: u64 },
    /// So many chunks as fast as they can be written, each with its number.
    Numbered { chunks: u64 },
    /// One chunk with the time.
    One,
    /// Nothing for so many seconds.
    Silent { seconds: u64 },
}

impl Prompt {
    pub fn text(self) -> String {
        let switches = match self {
            Self::Stamped { chunks, rate } => format!("chunks={chunks} rate={rate} stamp"),
            Self::Numbered { chunks } => format!("chunks={chunks} pace=0"),
            Self::One => "chunks=1 pace=0 stamp".to_owned(),
            Self::Silent { seconds } => format!("silent={seconds} pace=0"),
        };
        format!("#demo {switches}\nmeasure")
    }

    pub fn chunks(self) -> u64 {
        match self {
            Self::Stamped { chunks, .. } | Self::Numbered { chunks } => chunks,
            Self::One => 1,
            Self::Silent { .. } => 0,
        }
    }

    pub fn is_stamped(self) -> bool {
        matches!(self, Self::Stamped { .. } | Self::One)
    }
}
