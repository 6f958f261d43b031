use std::{fs::File, io::Read};

use serde::Serialize;

use super::{Files, modified_at, path::refuse};
use crate::{
    WorkspaceError,
    tree::{Kind, is_no_file, open_file},
};

/// Bytes of text that are told at most.
const MOST_TEXT: u64 = 1 << 20;
/// Where git looks for a zero byte, to which a file without one is text.
const LOOKED_AT: usize = 8000;

/// A file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Content {
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// RFC 3339.
    pub modified_at: String,
    /// By its name.
    pub mime_type: String,
    pub binary: bool,
    /// Not of a binary file. Bytes that are not UTF-8 are replaced.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(nullable = false))]
    pub text: Option<String>,
    /// The text is only the first megabyte.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(feature = "schema", schema(required = false))]
    pub truncated: bool,
}

/// A file that is open for reading.
pub struct Opened {
    pub file: File,
    /// Bytes.
    pub size: u64,
    pub name: String,
    pub mime_type: String,
    /// RFC 3339.
    pub modified_at: String,
}

impl Files {
    /// A file with up to 1 MB of its text.
    pub fn read(&self, path: &str) -> Result<Content, WorkspaceError> {
        let opened = self.open_file(path)?;
        let mut bytes = Vec::new();
        opened.file.take(MOST_TEXT + 1).read_to_end(&mut bytes).map_err(|error| refuse(path, error))?;
        let truncated = bytes.len() as u64 > MOST_TEXT;
        bytes.truncate(MOST_TEXT as usize);
        let binary = bytes.iter().take(LOOKED_AT).any(|byte| *byte == 0);
        Ok(Content {
            path: path.to_owned(),
            size: opened.size,
            modified_at: opened.modified_at,
            mime_type: opened.mime_type,
            binary,
            text: (!binary).then(|| text(bytes, truncated)),
            truncated: truncated && !binary,
        })
    }

    /// A file for whoever wants all of it.
    pub fn open_file(&self, path: &str) -> Result<Opened, WorkspaceError> {
        let real = self.resolve(path)?;
        let not_a_file = || WorkspaceError::InvalidPath(format!("{path:?} is not a file."));
        if real.stat.kind() != Kind::File {
            return Err(not_a_file());
        }
        // It may be something else by now.
        let (file, stat) = open_file(&self.root, &real.path).map_err(|error| match is_no_file(&error) {
            true => not_a_file(),
            false => refuse(path, error),
        })?;
        Ok(Opened {
            file,
            size: stat.size,
            name: path.rsplit('/').next().unwrap_or_default().to_owned(),
            mime_type: mime_guess::from_path(path).first_or_octet_stream().to_string(),
            modified_at: modified_at(&stat),
        })
    }
}

fn text(mut bytes: Vec<u8>, truncated: bool) -> String {
    if truncated
        && let Err(error) = std::str::from_utf8(&bytes)
        && error.error_len().is_none()
    {
        // A character was cut in two.
        bytes.truncate(error.valid_up_to());
    }
    match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    }
}
