//! Where things are kept, by the CLI's rules, and how a working directory is named there.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

use md5::{Digest, Md5};

/// `$CURSOR_CONFIG_DIR`, else `$XDG_CONFIG_HOME/cursor`, else `~/.cursor`.
pub fn config_dir() -> PathBuf {
    directory("CURSOR_CONFIG_DIR")
        .or_else(|| directory("XDG_CONFIG_HOME").map(|path| path.join("cursor")))
        .unwrap_or_else(home_dir)
}

/// `$CURSOR_DATA_DIR`, else `~/.cursor`.
pub fn data_dir() -> PathBuf {
    directory("CURSOR_DATA_DIR").unwrap_or_else(home_dir)
}

/// The directory of a project's chats.
pub fn chats(workspace: &Path) -> PathBuf {
    let hash = Md5::digest(workspace.as_os_str().as_encoded_bytes());
    let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    config_dir().join("chats").join(hash)
}

/// The directory of what is known of a project.
pub fn project(workspace: &Path) -> PathBuf {
    let path = workspace.to_string_lossy();
    let words: Vec<&str> = path.split(|char: char| !char.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    data_dir().join("projects").join(words.join("-"))
}

/// Writes a file whole or not at all, and the directories it is in.
pub fn write(path: &Path, content: &str) -> io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(directory)?;
    let temporary = path.with_extension(format!("{}.tmp", std::process::id()));
    fs::write(&temporary, content)?;
    fs::rename(temporary, path)
}

fn home_dir() -> PathBuf {
    directory("HOME").unwrap_or_else(|| "/".into()).join(".cursor")
}

/// Empty is unset; relative is from the current directory.
fn directory(variable: &str) -> Option<PathBuf> {
    let value = env::var_os(variable).filter(|value| !value.is_empty())?;
    std::path::absolute(value).ok()
}
