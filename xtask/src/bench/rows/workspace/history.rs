//! A repository of which most is history, as large ones are: every file was written seven times.

use std::{
    fs::File,
    io::{BufWriter, Read, Write},
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, bail};

const FILES: u64 = 2_000;
const FILES_OF_A_DIRECTORY: u64 = 50;
const FILES_OF_A_COMMIT: u64 = 100;
const VERSIONS: u64 = 7;

/// Makes a bare repository of so many megabytes at `path`. What it is made of cannot be compressed, and is tried to be
/// neither here nor by those who clone it. Its HEAD.
pub fn import(path: &Path, megabytes: u64) -> anyhow::Result<String> {
    std::fs::create_dir_all(path)?;
    git_servers::git(path, &["init", "--quiet", "--bare", "--initial-branch=main"])?;
    let mut importer = Command::new("git")
        .args(["-c", "core.compression=0", "fast-import", "--quiet", "--depth=0"])
        .current_dir(path)
        .stdin(Stdio::piped())
        .spawn()?;
    let written = importer.stdin.take().context("no pipe").and_then(|pipe| write(pipe, megabytes));
    // What it says itself is better than that its pipe was closed.
    if !importer.wait()?.success() {
        bail!("git fast-import failed");
    }
    written?;
    Ok(git_servers::git(path, &["rev-parse", "HEAD"])?)
}

fn write(pipe: impl Write, megabytes: u64) -> anyhow::Result<()> {
    let mut random = File::open("/dev/urandom")?;
    let mut content = vec![0; (megabytes * 1_000_000 / (FILES * VERSIONS)) as usize];
    let mut out = BufWriter::with_capacity(1 << 20, pipe);
    for commit in 0..FILES * VERSIONS / FILES_OF_A_COMMIT {
        let at = 1_700_000_000 + commit * 3600;
        write!(out, "commit refs/heads/main\ncommitter Somebody <somebody@example.com> {at} +0000\ndata 0\n")?;
        for file in 0..FILES_OF_A_COMMIT {
            let number = (commit * FILES_OF_A_COMMIT + file) % FILES;
            random.read_exact(&mut content)?;
            let directory = number / FILES_OF_A_DIRECTORY;
            write!(out, "M 644 inline directory-{directory}/file-{number}\ndata {}\n", content.len())?;
            out.write_all(&content)?;
            out.write_all(b"\n")?;
        }
    }
    Ok(out.flush()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_of_it_is_history() {
        let directory = tempfile::tempdir().unwrap();
        let head = import(directory.path(), 2).unwrap();
        let git = |args: &[&str]| git_servers::git(directory.path(), args).unwrap();
        let sizes = git(&["ls-tree", "-r", "--format=%(objectsize)", &head]);
        let sizes: Vec<u64> = sizes.lines().map(|size| size.parse().unwrap()).collect();
        assert_eq!((sizes.len(), sizes.iter().sum::<u64>() * VERSIONS / 100_000), (2_000, 19));
        assert_eq!(git(&["rev-list", "--count", &head]), "140");
        assert!(super::super::disk::used(directory.path()).unwrap() > 2_000_000);
    }
}
