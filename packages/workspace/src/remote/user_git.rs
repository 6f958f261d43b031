//! What the user's own git is told, of their own configuration alone: never a repository's.

use std::{ffi::OsString, path::Path};

use crate::Git;

/// Keys of the user's configuration that hold for our git when it talks to a remote.
const PASSED: &str = r"^(credential|http|url)\.";

#[derive(Clone, Debug, Default)]
pub struct UserGit {
    pub name: Option<String>,
    pub email: Option<String>,
    /// `credential.*`, `http.*` and `url.*`, in order.
    pub passed: Vec<(String, String)>,
    /// The user's own list of directories that are safe though another owns them.
    pub safe_directories: Vec<String>,
}

impl UserGit {
    /// `home`: HOME as the server was given it. What cannot be read is as if it were not there.
    pub async fn read(home: Option<&Path>) -> Self {
        let get = |pattern: &'static str| async move {
            let mut git = Git::new("config")
                .args(["--includes", "-z", "--get-regexp", pattern])
                .current_dir(Path::new("/"))
                .env("GIT_DIR", "/nonexistent")
                .env("GIT_CONFIG_NOSYSTEM", "0")
                // Our own would be among the answers.
                .env("GIT_CONFIG_COUNT", "0");
            for (name, value) in user_environment(home) {
                git = git.env(name, value);
            }
            let global = home.map(|home| home.join(".gitconfig")).filter(|path| path.exists());
            let xdg = std::env::var_os("XDG_CONFIG_HOME")
                .map(std::path::PathBuf::from)
                .or_else(|| home.map(|home| home.join(".config")));
            let global = global.or_else(|| xdg.map(|xdg| xdg.join("git/config")).filter(|path| path.exists()));
            if let Some(global) = global {
                git = git.env("GIT_CONFIG_GLOBAL", global);
            }
            entries(&git.output().await.unwrap_or_default())
        };
        let (passed, own) = (get(PASSED).await, get(r"^(user\.(name|email)|safe\.directory)$").await);
        let last =
            |key: &str| own.iter().rev().find(|(name, value)| name == key && !value.is_empty()).map(|(_, value)| value.clone());
        Self {
            name: last("user.name"),
            email: last("user.email"),
            safe_directories: own.iter().filter(|(name, _)| name == "safe.directory").map(|(_, value)| value.clone()).collect(),
            passed,
        }
    }

    /// The credential helpers the user has set up.
    pub fn helpers(&self) -> Vec<&str> {
        let named = self
            .passed
            .iter()
            .filter(|(key, value)| key.starts_with("credential.") && key.ends_with(".helper") && !value.is_empty());
        named.map(|(_, value)| value.as_str()).collect()
    }
}

/// What the user's programs need to find the user's things.
pub(super) fn user_environment(home: Option<&Path>) -> Vec<(&'static str, OsString)> {
    const NAMES: [&str; 16] = [
        "USER",
        "LOGNAME",
        "XDG_CONFIG_HOME",
        "XDG_RUNTIME_DIR",
        "DBUS_SESSION_BUS_ADDRESS",
        "SSH_AUTH_SOCK",
        "http_proxy",
        "https_proxy",
        "no_proxy",
        "all_proxy",
        "HTTPS_PROXY",
        "NO_PROXY",
        "ALL_PROXY",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
        "GIT_SSL_CAINFO",
    ];
    let mut environment: Vec<_> = NAMES.iter().filter_map(|name| Some((*name, std::env::var_os(name)?))).collect();
    environment.extend(home.map(|home| ("HOME", home.as_os_str().to_owned())));
    environment
}

fn entries(output: &[u8]) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(output);
    text.split('\0').filter_map(|entry| entry.split_once('\n')).map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}
