//! What holds for all workspaces.

use db::query::settings;
use serde::{Deserialize, Serialize};
use workspace::remote::{HostKeys, UserGit};

use crate::app::{App, Error, Result};

const SETTING: &str = "workspaces";

const GIVE_UP_AFTER_DAYS: u32 = 14;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct WorkspaceSettings {
    /// Patterns of ignored files that a copy takes along.
    pub copied_files: Vec<String>,
    pub strict_host_keys: bool,
    pub commit_name: Option<String>,
    pub commit_email: Option<String>,
    /// With `{path}`.
    pub editor_url: Option<String>,
    /// `None`: never.
    pub give_up_after_days: Option<u32>,
}

impl Default for WorkspaceSettings {
    fn default() -> Self {
        Self {
            copied_files: vec![".env*".to_owned()],
            strict_host_keys: false,
            commit_name: None,
            commit_email: None,
            editor_url: None,
            give_up_after_days: Some(GIVE_UP_AFTER_DAYS),
        }
    }
}

/// Who commits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub name: String,
    pub email: String,
}

impl WorkspaceSettings {
    pub fn host_keys(&self) -> HostKeys {
        if self.strict_host_keys { HostKeys::Strict } else { HostKeys::AcceptNew }
    }

    /// The one of the settings, or else the one of the user's git.
    pub fn identity(&self, user_git: &UserGit) -> Option<Identity> {
        let name = self.commit_name.clone().or_else(|| user_git.name.clone())?;
        let email = self.commit_email.clone().or_else(|| user_git.email.clone())?;
        Some(Identity { name, email })
    }

    fn check(&self) -> Result<()> {
        let plain = |text: &String| {
            !text.is_empty() && text.len() <= 200 && !text.chars().any(|char| char.is_control() || "<>".contains(char))
        };
        if ![&self.commit_name, &self.commit_email].into_iter().flatten().all(plain) {
            return Err(Error::invalid("commitName and commitEmail have 1 to 200 characters, without '<', '>' and newlines."));
        }
        let pattern =
            |text: &String| !text.is_empty() && text.len() <= 200 && !text.starts_with(['/', '!']) && !text.contains("..");
        if self.copied_files.len() > 50 || !self.copied_files.iter().all(pattern) {
            return Err(Error::invalid("copiedFiles has at most 50 patterns such as .env*, relative to the repository."));
        }
        if let Some(url) = &self.editor_url {
            let scheme = url.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase()).unwrap_or_default();
            let good = scheme.chars().all(|char| char.is_ascii_alphanumeric() || "+.-".contains(char)) && !scheme.is_empty();
            let runs = ["javascript", "data", "vbscript", "blob"].contains(&scheme.as_str());
            if !good || runs || !url.contains("{path}") || url.len() > 500 || url.chars().any(char::is_control) {
                return Err(Error::invalid("editorUrl is a link with {path} in it, such as cursor://file/{path}."));
            }
        }
        if self.give_up_after_days.is_some_and(|days| !(1..=3650).contains(&days)) {
            return Err(Error::invalid("giveUpAfterDays is 1 to 3650, or null for never."));
        }
        Ok(())
    }
}

impl App {
    pub async fn workspace_settings(&self) -> Result<WorkspaceSettings> {
        let stored = settings::get(&self.db, SETTING).await?;
        Ok(stored.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default())
    }

    /// Changes them. One that is not allowed changes nothing.
    pub async fn change_workspace_settings(&self, change: impl FnOnce(&mut WorkspaceSettings)) -> Result<WorkspaceSettings> {
        let _changing = self.workspaces.changing_settings.lock().await;
        let mut changed = self.workspace_settings().await?;
        change(&mut changed);
        changed.check()?;
        let json = serde_json::to_string(&changed).map_err(|error| Error::internal("write the settings", error))?;
        settings::set(&self.db, SETTING, &json).await?;
        Ok(changed)
    }

    /// Who the user's own git says they are.
    pub async fn own_git_identity(&self) -> Option<Identity> {
        let user_git = UserGit::read(super::home().as_deref()).await;
        Some(Identity { name: user_git.name?, email: user_git.email? })
    }
}
