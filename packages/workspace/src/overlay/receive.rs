//! What happens to the files when somebody pushes to the branch that is checked out: they go along, or the push is
//! refused and nothing has happened.

use std::{fs, io, os::unix::fs::PermissionsExt, path::Path};

use super::{Overlay, put};
use crate::Git;

/// Ours, and the only hook there is. Git would take our directory for the work tree by itself.
const PUSH_TO_CHECKOUT: &str = r#"#!/bin/sh
GIT_WORK_TREE=$CURSOR_SELFHOST_WORK_TREE
export GIT_WORK_TREE
cd "$GIT_WORK_TREE" || exit 1
if git rev-parse --quiet --verify HEAD >/dev/null; then
    from=HEAD
else
    from=$(git hash-object -t tree -w /dev/null)
fi
git update-index -q --ignore-submodules --refresh
if ! git diff-files --quiet --ignore-submodules -- || ! git diff-index --quiet --cached --ignore-submodules "$from" --; then
    echo "There is work in this workspace that is not committed. Commit it first, in the page or by the agent." >&2
    exit 1
fi
git read-tree -u -m "$from" "$1"
"#;

impl Overlay {
    /// Lets a push to the branch that is checked out take the files along. `hooks`: a directory of ours.
    pub fn receiving(&self, git: Git, hooks: &Path) -> io::Result<Git> {
        fs::create_dir_all(hooks)?;
        let hook = hooks.join("push-to-checkout");
        put(&hook, PUSH_TO_CHECKOUT.as_bytes())?;
        fs::set_permissions(&hook, fs::Permissions::from_mode(0o700))?;
        Ok(git.config("core.hooksPath", hooks).env("CURSOR_SELFHOST_WORK_TREE", &self.work_tree))
    }
}
