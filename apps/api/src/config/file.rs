//! `config.toml`: the same names as the flags, with underscores. An unknown key is an error, since a
//! mistyped one would otherwise be silently without effect.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use serde::Deserialize;

use super::ConfigError;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct File {
    pub listen: Option<String>,
    pub data_dir: Option<PathBuf>,
    pub cursor_bin: Option<PathBuf>,
    pub base_path: Option<String>,
    pub public_url: Option<String>,
    pub on_run_end: Option<String>,
    pub keep_run_logs_days: Option<u32>,
    pub agent_env: BTreeMap<String, String>,
}

impl File {
    /// `None` when there is no such file.
    pub fn read(path: &Path) -> Result<Option<Self>, ConfigError> {
        let wrong = |message: String| ConfigError::File { path: path.to_owned(), message };
        match fs::read_to_string(path) {
            Ok(text) => toml::from_str(&text).map(Some).map_err(|error| wrong(error.to_string())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(wrong(error.to_string())),
        }
    }
}
