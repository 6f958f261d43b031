//! The credentials of whoever asks, for one remote.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use super::user_git::{UserGit, user_environment};
use crate::{Git, Protocol, RepositoryUrl};

/// Whether a host that is met for the first time is believed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HostKeys {
    #[default]
    AcceptNew,
    Strict,
}

/// A user and a token that are kept for a place.
#[derive(Clone)]
pub struct StoredCredential {
    /// `https://host`, or a URL below it.
    pub scope: String,
    pub username: String,
    pub token: String,
}

impl std::fmt::Debug for StoredCredential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "StoredCredential({} at {})", self.username, self.scope)
    }
}

impl StoredCredential {
    /// Whether it is meant for `url`; nothing is sent to a host that only begins alike.
    pub fn is_for(&self, url: &RepositoryUrl) -> bool {
        let (url, scope) = (url.as_str().to_owned() + "/", self.scope.trim_end_matches('/').to_owned());
        url.strip_prefix(&scope).is_some_and(|rest| rest.starts_with('/') || rest.starts_with(".git/"))
    }
}

#[derive(Clone, Debug, Default)]
pub struct Access {
    /// As the server was given it.
    pub home: Option<PathBuf>,
    /// Where the keys of hosts are remembered.
    pub known_hosts: PathBuf,
    pub host_keys: HostKeys,
    pub stored: Vec<StoredCredential>,
    pub user_git: UserGit,
}

impl Access {
    /// Lets `git` talk to remotes as the user. Secrets go by the environment, never by arguments.
    pub fn apply(&self, git: Git) -> Git {
        let mut git = git.with_protocols().timeout(Duration::from_secs(4 * 60 * 60));
        for (name, value) in user_environment(self.home.as_deref()) {
            git = git.env(name, value);
        }
        for (key, value) in &self.user_git.passed {
            git = git.config(key, value);
        }
        // All of them, each for its place: submodules may be elsewhere. What is kept goes before the user's helpers.
        for (number, stored) in self.stored.iter().enumerate() {
            for scope in [stored.scope.clone(), format!("{}.git", stored.scope)] {
                let key = format!("credential.{scope}.helper");
                git = git.config(&key, "").config(&key, helper(number));
            }
            git = git.env(&format!("CURSOR_SELFHOST_GIT_USER_{number}"), &stored.username);
            git = git.env(&format!("CURSOR_SELFHOST_GIT_TOKEN_{number}"), &stored.token);
        }
        git.config("http.lowSpeedLimit", "1").config("http.lowSpeedTime", "60").env("GIT_SSH_COMMAND", self.ssh_command())
    }

    /// What is tried at `url`, in words.
    pub fn tried(&self, url: &RepositoryUrl) -> String {
        match url.protocol {
            Protocol::File => "the server's own user".to_owned(),
            Protocol::Http => match self.stored_for(url) {
                Some(stored) => format!("the token kept for {} (user {})", stored.scope, stored.username),
                None => match self.user_git.helpers().as_slice() {
                    [] => "no credential, since none is known for this host".to_owned(),
                    helpers => format!("your git's credential helper ({})", helpers.join(", ")),
                },
            },
            Protocol::Ssh => {
                let mut tried: Vec<String> = self.keys().iter().map(|key| format!("the key {}", key.display())).collect();
                if std::env::var_os("SSH_AUTH_SOCK").is_some() {
                    tried.insert(0, "the SSH agent".to_owned());
                }
                if tried.is_empty() {
                    "no SSH key, since there is no agent and no key in ~/.ssh".to_owned()
                } else {
                    tried.join(", ")
                }
            }
        }
    }

    /// What can be done about a refusal.
    pub fn remedy(&self, url: &RepositoryUrl) -> &'static str {
        match url.protocol {
            Protocol::Http => "Check the URL, or keep a user and a token for this host in Settings, Git.",
            Protocol::Ssh => {
                "Check the URL, add one of these keys to the account, put another into ~/.ssh, or use an https URL with a token (Settings, Git)."
            }
            Protocol::File => "Check the path, and that the server's user may read it.",
        }
    }

    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        self.stored.iter().map(|stored| stored.token.as_str())
    }

    /// The one with the longest scope.
    fn stored_for(&self, url: &RepositoryUrl) -> Option<&StoredCredential> {
        self.stored.iter().filter(|stored| stored.is_for(url)).max_by_key(|stored| stored.scope.len())
    }

    /// `ssh` looks for a home of its own, in the list of users; so it is told where things are.
    fn ssh_command(&self) -> String {
        let strict = match self.host_keys {
            HostKeys::AcceptNew => "accept-new",
            HostKeys::Strict => "yes",
        };
        let mut words = vec![
            "ssh".to_owned(),
            "-oBatchMode=yes".to_owned(),
            "-oConnectTimeout=20".to_owned(),
            "-oServerAliveInterval=20".to_owned(),
            format!("-oStrictHostKeyChecking={strict}"),
        ];
        let mut hosts = format!("\"{}\"", self.known_hosts.display());
        if let Some(ssh) = self.home.as_ref().map(|home| home.join(".ssh")) {
            let config = ssh.join("config");
            if config.is_file() {
                words.extend(["-F".to_owned(), config.to_string_lossy().into_owned()]);
            }
            hosts.push_str(&format!(" \"{}\"", ssh.join("known_hosts").display()));
        }
        words.push(format!("-oUserKnownHostsFile={hosts}"));
        for key in self.keys() {
            words.extend(["-i".to_owned(), key.to_string_lossy().into_owned()]);
        }
        words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")
    }

    fn keys(&self) -> Vec<PathBuf> {
        let Some(ssh) = self.home.as_ref().map(|home| home.join(".ssh")) else { return Vec::new() };
        let mut keys: Vec<PathBuf> = std::fs::read_dir(ssh)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| is_key(path))
            .collect();
        keys.sort();
        keys
    }
}

/// Asked by git for a user and a password, and for nothing else.
fn helper(number: usize) -> String {
    let (user, token) = (format!("$CURSOR_SELFHOST_GIT_USER_{number}"), format!("$CURSOR_SELFHOST_GIT_TOKEN_{number}"));
    format!(r#"!f() {{ test "$1" = get && printf 'username=%s\npassword=%s\n' "{user}" "{token}"; }}; f"#)
}

/// A private key by its usual name, or one that has its public half beside it.
fn is_key(path: &Path) -> bool {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return false };
    let public = path.with_file_name(format!("{name}.pub"));
    !name.ends_with(".pub") && path.is_file() && (name.starts_with("id_") || public.is_file())
}

fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> RepositoryUrl {
        RepositoryUrl::parse(text).unwrap().0
    }

    #[test]
    fn a_token_goes_only_where_it_is_kept_for() {
        let stored = StoredCredential { scope: "https://host".to_owned(), username: "u".to_owned(), token: "t".to_owned() };
        assert!(stored.is_for(&url("https://host/a/b.git")));
        for other in ["https://host.evil/a", "https://hostile/a", "http://host/a", "https://host:444/a", "ssh://host/a"] {
            assert!(!stored.is_for(&url(other)), "{other}");
        }
        let one = StoredCredential { scope: "https://host/a/b".to_owned(), ..stored };
        assert!(one.is_for(&url("https://host/a/b.git")) && one.is_for(&url("https://host/a/b")));
        assert!(!one.is_for(&url("https://host/a/bc")));
    }

    #[test]
    fn paths_with_spaces_and_quotes_stay_one_word() {
        let access = Access { known_hosts: "/da ta/it's".into(), ..Access::default() };
        assert!(access.ssh_command().contains(r#"'-oUserKnownHostsFile="/da ta/it'\''s"'"#), "{}", access.ssh_command());
    }
}
