//! What the CLI keeps for one agent of ours: its own configuration and data directories. The user's
//! are read, never written.

use std::{
    ffi::OsString,
    fs, io,
    os::unix::fs::{DirBuilderExt, symlink},
    path::{Path, PathBuf},
};

use agents::cursor::{chats, cli_config};
use serde_json::Value;

/// The file that holds the CLI's login on Linux.
const LOGIN_FILE: &str = "auth.json";

#[derive(Clone, Debug)]
pub struct CursorHome {
    pub config: PathBuf,
    pub data: PathBuf,
}

impl CursorHome {
    pub fn at(root: &Path) -> Self {
        Self { config: root.join("config"), data: root.join("data") }
    }

    /// Makes it ready for a run: the user's `cli-config.json` is copied in with this chat's own
    /// allowed rules, and the login is linked if it moves with the directory.
    pub fn prepare(&self, allow: &[String], login: Option<&Path>) -> io::Result<()> {
        for directory in [&self.config, &self.data] {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
        }
        let user_config = user_config_dir().and_then(|directory| fs::read_to_string(directory.join("cli-config.json")).ok());
        if user_config.is_some() || !allow.is_empty() {
            let merged = cli_config::merge(user_config.as_deref(), allow);
            let temporary = self.config.join("cli-config.json.new");
            fs::write(&temporary, merged)?;
            fs::rename(&temporary, self.config.join("cli-config.json"))?;
        }
        if let Some(directory) = login {
            self.link_login(directory)?;
        }
        Ok(())
    }

    /// The variables that send the CLI here.
    pub fn environment(&self) -> Vec<(OsString, OsString)> {
        vec![("CURSOR_CONFIG_DIR".into(), self.config.clone().into()), ("CURSOR_DATA_DIR".into(), self.data.clone().into())]
    }

    /// Where the CLI keeps a chat of this workspace.
    pub fn chat(&self, workspace: &Path, session: &str) -> PathBuf {
        self.config.join("chats").join(chats::directory_key(workspace)).join(session)
    }

    /// Where it keeps a chat's transcript.
    pub fn transcript(&self, workspace: &Path, session: &str) -> PathBuf {
        let project = self.data.join("projects").join(chats::project_slug(workspace));
        project.join("agent-transcripts").join(session).join(format!("{session}.jsonl"))
    }

    /// Moves what is kept under the path of `before` to where it is looked for under that of `now`.
    pub fn relocate(&self, before: &Path, now: &Path) -> io::Result<()> {
        let chats_of = |workspace: &Path| self.config.join("chats").join(chats::directory_key(workspace));
        let project_of = |workspace: &Path| self.data.join("projects").join(chats::project_slug(workspace));
        for (from, to) in [(chats_of(before), chats_of(now)), (project_of(before), project_of(now))] {
            if from.exists() && !to.exists() {
                fs::rename(from, to)?;
            }
        }
        for entry in fs::read_dir(chats_of(now)).into_iter().flatten().flatten() {
            let path = entry.path().join("meta.json");
            let Some(mut meta) = fs::read(&path).ok().and_then(|json| serde_json::from_slice::<Value>(&json).ok()) else {
                continue;
            };
            if let Some(cwd) = meta.get_mut("cwd").filter(|cwd| cwd.as_str() == before.to_str()) {
                *cwd = now.to_string_lossy().into();
                let temporary = path.with_extension("json.new");
                fs::write(&temporary, serde_json::to_vec(&meta)?)?;
                fs::rename(temporary, path)?;
            }
        }
        Ok(())
    }

    /// Shares a login by symlink. The CLI rotates its tokens: if it put a file of its own in the
    /// link's place, that one is the newest and goes to where all others look.
    fn link_login(&self, directory: &Path) -> io::Result<()> {
        let (link, shared) = (self.config.join(LOGIN_FILE), directory.join(LOGIN_FILE));
        match fs::symlink_metadata(&link) {
            Ok(metadata) if metadata.is_symlink() => {
                if fs::read_link(&link)? == shared {
                    return Ok(());
                }
                fs::remove_file(&link)?;
            }
            Ok(_) => {
                let newest = directory.join(format!("{LOGIN_FILE}.new"));
                fs::copy(&link, &newest)?;
                fs::rename(&newest, &shared)?;
                fs::remove_file(&link)?;
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        symlink(shared, link)
    }
}

/// Where the CLI keeps the user's own configuration and chats.
pub fn user_config_dir() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    set("CURSOR_CONFIG_DIR")
        .or_else(|| set("XDG_CONFIG_HOME").map(|directory| directory.join("cursor")))
        .or_else(|| crate::config::home().map(|home| home.join(".cursor")))
}

/// Where it keeps the user's projects and transcripts.
pub fn user_data_dir() -> Option<PathBuf> {
    let set = std::env::var_os("CURSOR_DATA_DIR").filter(|value| !value.is_empty()).map(PathBuf::from);
    set.or_else(|| crate::config::home().map(|home| home.join(".cursor")))
}

/// The directory that holds the user's login as a file, if one does.
pub fn login_directory() -> Option<PathBuf> {
    let config_home = std::env::var_os("XDG_CONFIG_HOME").filter(|value| !value.is_empty()).map(PathBuf::from);
    let config_home = config_home.or_else(|| crate::config::home().map(|home| home.join(".config")));
    let places = [config_home.map(|directory| directory.join("cursor")), user_config_dir()];
    places.into_iter().flatten().find(|directory| directory.join(LOGIN_FILE).is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_linked_and_a_rotated_token_goes_home() {
        let directory = tempfile::tempdir().unwrap();
        let login = directory.path().join("login");
        fs::create_dir(&login).unwrap();
        fs::write(login.join(LOGIN_FILE), "old").unwrap();
        let home = CursorHome::at(&directory.path().join("agent"));
        home.prepare(&[], Some(&login)).unwrap();
        let linked = home.config.join(LOGIN_FILE);
        assert_eq!(fs::read_link(&linked).unwrap(), login.join(LOGIN_FILE));
        // In place, through the link.
        fs::write(&linked, "newer").unwrap();
        assert_eq!(fs::read_to_string(login.join(LOGIN_FILE)).unwrap(), "newer");
        // By a rename, over the link.
        fs::write(home.config.join("tmp"), "newest").unwrap();
        fs::rename(home.config.join("tmp"), &linked).unwrap();
        home.prepare(&[], Some(&login)).unwrap();
        assert_eq!(fs::read_to_string(login.join(LOGIN_FILE)).unwrap(), "newest");
        assert!(fs::symlink_metadata(&linked).unwrap().is_symlink());
    }

    #[test]
    fn allowed_rules_reach_the_programs_configuration() {
        let directory = tempfile::tempdir().unwrap();
        let home = CursorHome::at(directory.path());
        home.prepare(&["Shell(curl)".to_owned()], None).unwrap();
        let config = fs::read_to_string(home.config.join("cli-config.json")).unwrap();
        assert!(config.contains("Shell(curl)"));
    }
}
