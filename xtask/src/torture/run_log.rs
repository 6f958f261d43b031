//! What a run log holds, read from the file with nothing of the server in between.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::Path,
};

use flate2::read::GzDecoder;
use shim::{
    control::{Action, Command},
    record::{self, Decoded, Ended, Exited, Kind},
    spec::LOG_FILE,
};

#[derive(Default)]
pub struct RunLog {
    pub started: bool,
    pub output: Vec<u8>,
    pub error_output: Vec<u8>,
    pub stop_asked: bool,
    pub exited: Option<Exited>,
    pub ended: Option<Ended>,
}

impl RunLog {
    /// Whole records only: a torn tail is none.
    pub fn read(run: &Path) -> anyhow::Result<Self> {
        let bytes = bytes(run)?;
        let (mut log, mut rest) = (Self::default(), bytes.as_slice());
        while let Decoded::Record(record, length) = record::decode(rest) {
            match record.kind {
                Kind::Started => log.started = true,
                Kind::Output => log.output.extend_from_slice(record.payload),
                Kind::ErrorOutput => log.error_output.extend_from_slice(record.payload),
                Kind::Command => {
                    let command = Command::decode(record.payload);
                    log.stop_asked |= command.is_some_and(|command| command.action == Action::Stop);
                }
                Kind::Exited => log.exited = Some(serde_json::from_slice(record.payload)?),
                Kind::Ended => log.ended = Some(serde_json::from_slice(record.payload)?),
                Kind::Input | Kind::Note => {}
            }
            rest = &rest[length..];
        }
        Ok(log)
    }
}

/// The log of a run that has ended may be compressed meanwhile.
fn bytes(run: &Path) -> io::Result<Vec<u8>> {
    match fs::read(run.join(LOG_FILE)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let mut bytes = Vec::new();
            GzDecoder::new(File::open(run.join(format!("{LOG_FILE}.gz")))?).read_to_end(&mut bytes)?;
            Ok(bytes)
        }
        other => other,
    }
}
