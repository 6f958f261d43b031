//! What stands in a work tree to be run by git is never run by ours.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use workspace::{Files, diff::Options};

use crate::place::{Place, git};

/// Says who ran. Every program that was planted writes its name there.
pub struct Marker(PathBuf);

impl Marker {
    pub fn ran(&self) -> Vec<String> {
        let ran = fs::read_to_string(&self.0).unwrap_or_default();
        ran.lines().map(str::to_owned).collect()
    }

    #[track_caller]
    pub fn nothing_ran(&self) {
        assert_eq!(self.ran(), Vec::<String>::new(), "programs of the work tree were run");
    }
}

const HOOKS: [&str; 20] = [
    "applypatch-msg",
    "commit-msg",
    "fsmonitor-watchman",
    "post-applypatch",
    "post-checkout",
    "post-commit",
    "post-index-change",
    "post-merge",
    "post-rewrite",
    "pre-applypatch",
    "pre-auto-gc",
    "pre-commit",
    "pre-merge-commit",
    "pre-push",
    "pre-rebase",
    "prepare-commit-msg",
    "push-to-checkout",
    "reference-transaction",
    "update",
    "proc-receive",
];

/// Plants all that git can be told to run, in the repository at `repository` and in its attributes. `.git` may be a
/// directory only.
pub fn planted(repository: &Path) -> Marker {
    let programs = repository.join(".git/planted");
    fs::create_dir_all(&programs).unwrap();
    let marker = programs.join("ran");
    let program = |name: &str| {
        let path = programs.join(name.replace(['/', '.', '*'], "-"));
        fs::write(&path, format!("#!/bin/sh\necho '{name}' >> '{}'\ncat 2>/dev/null\nexit 0\n", marker.display())).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let hooks = repository.join(".git/hooks");
    fs::create_dir_all(&hooks).unwrap();
    for hook in HOOKS {
        fs::copy(program(&format!("hooks/{hook}")), hooks.join(hook)).unwrap();
    }
    let included = programs.join("included");
    let names = [
        "alias.diff-tree",
        "alias.ls-files",
        "alias.status",
        "alias.cat-file",
        "core.alternateRefsCommand",
        "core.askPass",
        "core.editor",
        "core.fsmonitor",
        "core.gitProxy",
        "core.pager",
        "core.sshCommand",
        "credential.helper",
        "diff.external",
        "diff.evil.command",
        "diff.evil.textconv",
        "filter.evil.clean",
        "filter.evil.process",
        "filter.evil.smudge",
        "gpg.program",
        "gpg.ssh.defaultKeyCommand",
        "gpg.ssh.program",
        "interactive.diffFilter",
        "merge.evil.driver",
        "pager.diff",
        "remote.origin.receivepack",
        "remote.origin.uploadpack",
        "remote.origin.vcs",
        "sequence.editor",
        "trailer.evil.command",
        "uploadpack.packObjectsHook",
    ];
    let config = |file: &Path, name: &str, value: &str| {
        git(repository, &["config", "--file", file.to_str().unwrap(), name, value]);
    };
    let own = repository.join(".git/config");
    for name in names {
        let command = program(name);
        let command = if name.starts_with("alias.") { format!("!{command}") } else { command };
        config(&own, name, &command);
        config(&included, &name.replace("evil", "included"), &command);
    }
    for (name, value) in [
        ("include.path", included.to_str().unwrap()),
        ("filter.evil.required", "true"),
        ("core.attributesFile", ".planted-attributes"),
        ("commit.gpgSign", "true"),
        ("gc.auto", "1"),
        ("core.worktree", "/"),
        ("core.autocrlf", "true"),
        ("core.untrackedCache", "true"),
        ("core.splitIndex", "false"),
        ("diff.ignoreSubmodules", "none"),
    ] {
        config(&own, name, value);
    }
    let attributes = "* filter=evil diff=evil merge=evil ident text eol=crlf working-tree-encoding=UTF-16LE\n";
    for file in [".gitattributes", ".planted-attributes", ".git/info/attributes"] {
        fs::create_dir_all(repository.join(".git/info")).unwrap();
        fs::write(repository.join(file), attributes).unwrap();
    }
    Marker(marker)
}

#[test]
fn what_is_planted_would_run() {
    let place = Place::with_git();
    place.write("a", "a");
    let marker = planted(&place.work);
    git(&place.work, &["config", "core.worktree", place.work.to_str().unwrap()]);
    let _ = std::process::Command::new("git").args(["add", "a"]).current_dir(&place.work).output().unwrap();
    let ran = marker.ran();
    assert!(ran.contains(&"core.fsmonitor".to_owned()), "{ran:?}");
}

#[tokio::test]
async fn nothing_of_it_runs() {
    let place = Place::with_git();
    place
        .write("a.txt", "one\n$Id$\n")
        .write("sub/b", "b\r\n")
        .write("moved", "m\n".repeat(50))
        .write("ignored", "")
        .write(".gitignore", "ignored\n");
    place.git(&["add", "-f", "."]);
    place.git(&["commit", "-qm", "one"]);
    place.write("nested/file", "n");
    let nested = place.work.join("nested");
    git(&nested, &["init", "-q"]);
    git(&nested, &["add", "."]);
    // Larger than what is read without asking the user's repository.
    place.write("large", vec![b'x'; 40 << 20]);
    let (marker, inner) = (planted(&place.work), planted(&nested));
    let before = place.record().await;
    assert_eq!(place.held(&before, "a.txt"), b"one\n$Id$\n");
    assert_eq!(place.held(&before, "sub/b"), b"b\r\n");
    assert!(place.paths(&before).contains(&"nested/file".to_owned()));
    place
        .write("a.txt", "two\n")
        .write("nested/file", "changed")
        .remove("moved")
        .write("moved-to", "m\n".repeat(50))
        .remove("large");
    place.write(".git/index.lock", "");
    let after = place.record().await;
    let diff = place.checkpoints.diff(&before, &after, &Options::default()).await.unwrap();
    assert_eq!(diff.total_files, 4);
    place.checkpoints.patch(&before, &after, None).await.unwrap();
    place.checkpoints.keep("one", &after).unwrap();
    place.checkpoints.restore(&before, &after).await.unwrap();
    assert_eq!(place.read("a.txt"), "one\n$Id$\n");
    let composed = place.checkpoints.with_subtree(&before, "a/b", &after).await.unwrap();
    assert_eq!(place.checkpoints.subtree(&composed, "a/b").await.unwrap(), Some(after));
    let files = Files::open(&place.work).unwrap();
    files.list("", 100, None).unwrap();
    files.search("a", 10).unwrap();
    files.archive("", "x", true, std::io::sink()).unwrap();
    files.size();
    marker.nothing_ran();
    inner.nothing_ran();
}

/// The user's repository is as it was, to the byte and to the time.
#[tokio::test]
async fn nothing_is_written_to_the_users_repository() {
    let place = Place::with_git();
    place.write("a", "a").write("large", vec![b'x'; 40 << 20]);
    place.git(&["add", "."]);
    place.git(&["commit", "-qm", "one"]);
    let state = || {
        let mut state = Vec::new();
        let mut directories = vec![place.work.join(".git")];
        while let Some(directory) = directories.pop() {
            for entry in fs::read_dir(directory).unwrap() {
                let entry = entry.unwrap();
                let metadata = entry.metadata().unwrap();
                state.push((entry.path(), metadata.len(), metadata.modified().unwrap()));
                if metadata.is_dir() {
                    directories.push(entry.path());
                }
            }
        }
        state.sort();
        state
    };
    let before = state();
    let one = place.record().await;
    place.write("a", "b");
    let two = place.record().await;
    place.diff(&one, &two).await;
    place.checkpoints.restore(&one, &two).await.unwrap();
    assert_eq!(state(), before);
}
