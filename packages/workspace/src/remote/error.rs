//! What went wrong with a remote, told from git's own words.

use thiserror::Error;

use super::Access;
use crate::{GitError, RepositoryUrl};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemoteErrorKind {
    Unreachable,
    Access,
    HostKey,
    RefNotFound,
    DiskFull,
    Other,
}

/// `message` has git's words; `hint` which credential was tried, and what to do.
#[derive(Clone, Debug, Error)]
#[error("{message}")]
pub struct RemoteError {
    pub kind: RemoteErrorKind,
    pub message: String,
    pub hint: String,
}

impl RemoteError {
    pub fn new(error: &GitError, url: &RepositoryUrl, access: &Access) -> Self {
        let mut words = error.words().map_or_else(|| error.to_string(), str::to_owned);
        for secret in access.secrets().filter(|secret| !secret.is_empty()) {
            words = words.replace(secret, "[REDACTED]");
        }
        let kind = if error.is_disk_full() { RemoteErrorKind::DiskFull } else { kind_of(&words) };
        let tried = access.tried(url);
        let hint = match kind {
            RemoteErrorKind::Access => format!("Tried with {tried}. {}", access.remedy(url)),
            RemoteErrorKind::HostKey if words.contains("IDENTIFICATION HAS CHANGED") => format!(
                "The host has another key than before, as when it was set up anew or somebody else answers for it. Ask who runs it; if that is right, remove the old key from {} and from your own known_hosts.",
                access.known_hosts.display()
            ),
            RemoteErrorKind::HostKey => format!(
                "The host's key is not among those known, or is not the one it had. Check it, then put it into {}, or allow new hosts in Settings, Git.",
                access.known_hosts.display()
            ),
            RemoteErrorKind::Unreachable => {
                "Check the host's name, and that this machine reaches it; then send the prompt again.".to_owned()
            }
            RemoteErrorKind::RefNotFound => "Check the name of the branch, tag or commit.".to_owned(),
            RemoteErrorKind::DiskFull => "Free some space and send the prompt again.".to_owned(),
            RemoteErrorKind::Other => format!("Tried with {tried}. Check the URL; then send the prompt again."),
        };
        Self { kind, message: format!("{}: {words}", url.as_str()), hint }
    }

    pub fn ref_not_found(url: &RepositoryUrl, reference: &str) -> Self {
        Self {
            kind: RemoteErrorKind::RefNotFound,
            message: format!("{}: couldn't find remote ref {reference}", url.as_str()),
            hint: "Check the name of the branch, tag or commit.".to_owned(),
        }
    }

    /// As the API calls it.
    pub fn code(&self) -> &'static str {
        match self.kind {
            RemoteErrorKind::Unreachable => "repository_unreachable",
            RemoteErrorKind::Access => "repository_access",
            RemoteErrorKind::HostKey => "host_key_unknown",
            RemoteErrorKind::RefNotFound => "ref_not_found",
            RemoteErrorKind::DiskFull => "disk_full",
            RemoteErrorKind::Other => "clone_failed",
        }
    }
}

fn kind_of(words: &str) -> RemoteErrorKind {
    let lower = words.to_ascii_lowercase();
    let has = |needles: &[&str]| needles.iter().any(|needle| lower.contains(needle));
    if has(&["host key verification failed", "remote host identification has changed", "host key is known"]) {
        RemoteErrorKind::HostKey
    } else if has(&[
        "permission denied",
        "authentication failed",
        "could not read username",
        "could not read password",
        "error: 401",
        "error: 403",
        "access denied",
        "repository not found",
        "error: 404",
        "not found",
        "does not appear to be a git repository",
        "does not exist",
        "too many authentication failures",
    ]) {
        RemoteErrorKind::Access
    } else if has(&["couldn't find remote ref", "not our ref", "no such ref"]) {
        RemoteErrorKind::RefNotFound
    } else if has(&[
        "could not resolve",
        "connection refused",
        "connection timed out",
        "operation timed out",
        "failed to connect",
        "couldn't connect",
        "no route to host",
        "network is unreachable",
        "connection reset",
        "connection closed",
        "unable to access",
        "error: 5",
    ]) {
        RemoteErrorKind::Unreachable
    } else {
        RemoteErrorKind::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn git_s_words_tell_what_went_wrong() {
        for (words, kind) in [
            ("fatal: unable to access 'https://x/': Could not resolve host: x", RemoteErrorKind::Unreachable),
            ("ssh: connect to host 127.0.0.1 port 1: Connection refused", RemoteErrorKind::Unreachable),
            ("git@x: Permission denied (publickey).", RemoteErrorKind::Access),
            ("fatal: could not read Username for 'https://x': terminal prompts disabled", RemoteErrorKind::Access),
            ("fatal: Authentication failed for 'https://x/'", RemoteErrorKind::Access),
            ("fatal: unable to access 'http://x/': The requested URL returned error: 403", RemoteErrorKind::Access),
            ("fatal: repository 'http://x/' not found", RemoteErrorKind::Access),
            ("fatal: '/x' does not appear to be a git repository", RemoteErrorKind::Access),
            (
                "No ED25519 host key is known for x and you have requested strict checking.\nHost key verification failed.",
                RemoteErrorKind::HostKey,
            ),
            ("fatal: couldn't find remote ref x", RemoteErrorKind::RefNotFound),
            ("fatal: bad thing", RemoteErrorKind::Other),
        ] {
            assert_eq!(kind_of(words), kind, "{words}");
        }
    }
}
