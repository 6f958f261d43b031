//! The files of a workspace, without those that nobody wrote.

use std::{
    fs,
    path::{Path, PathBuf},
};

const SKIPPED: &[&str] = &[".git", "node_modules", "target", ".venv", "dist", "__pycache__"];
const MAX_FILES: usize = 5000;

/// Files under a directory with their names from there, sorted. Links are not followed.
pub fn files(directory: &Path) -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    let mut open = vec![directory.to_path_buf()];
    while let Some(next) = open.pop() {
        let Ok(entries) = fs::read_dir(&next) else { continue };
        for entry in entries.flatten() {
            let (Ok(kind), path) = (entry.file_type(), entry.path()) else { continue };
            if kind.is_dir() && !SKIPPED.iter().any(|name| entry.file_name() == *name) {
                open.push(path);
            } else if kind.is_file()
                && let Ok(name) = path.strip_prefix(directory)
            {
                found.push((name.to_string_lossy().into_owned(), path));
            }
        }
        if found.len() > MAX_FILES {
            break;
        }
    }
    found.sort();
    found
}

/// The names of directories and of files in a directory, sorted.
pub fn entries(directory: &Path) -> std::io::Result<(Vec<String>, Vec<String>)> {
    let (mut directories, mut files) = (Vec::new(), Vec::new());
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_dir() { directories.push(name) } else { files.push(name) }
    }
    directories.sort();
    files.sort();
    Ok((directories, files))
}
