//! The credentials of a user for git hosts, and what remotes have.

use db::{
    GitCredentialRow,
    query::{git_credentials, repositories},
};
use uuid::Uuid;
use workspace::{
    Protocol, RepositoryUrl, UrlCredential,
    remote::{Access, RemoteError, RemoteErrorKind, RemoteRefs, StoredCredential, UserGit, list_refs},
};

use crate::app::{App, Error, Kind, Result, clock::now_ms};

const RECENT: u64 = 20;

/// What a token is sealed for.
fn purpose(scope: &str) -> String {
    format!("git token for {scope}")
}

/// A URL's scope covers it with and without that ending.
fn without_git(url: &str) -> &str {
    let url = url.strip_suffix('/').unwrap_or(url);
    url.strip_suffix(".git").unwrap_or(url)
}

impl App {
    /// What `user_id` can show to remotes.
    pub(crate) async fn git_access(&self, user_id: i64) -> Result<Access> {
        let home = super::home();
        let settings = self.workspace_settings().await?;
        let stored = git_credentials::of_user(&self.db, user_id).await?;
        let opened = stored.into_iter().filter_map(|row| {
            let token = self.sealer.open_sealed(&purpose(&row.scope), &row.token)?;
            Some(StoredCredential { scope: row.scope, username: row.username, token })
        });
        Ok(Access {
            known_hosts: self.data.root().join("known_hosts"),
            host_keys: settings.host_keys(),
            stored: opened.collect(),
            user_git: UserGit::read(home.as_deref()).await,
            home,
        })
    }

    pub async fn list_git_credentials(&self, user_id: i64) -> Result<Vec<GitCredentialRow>> {
        Ok(git_credentials::of_user(&self.db, user_id).await?)
    }

    /// Keeps a user and a token for a host, or for a URL below it.
    pub async fn put_git_credential(
        &self,
        user_id: i64,
        scope: &str,
        username: Option<String>,
        token: &str,
    ) -> Result<GitCredentialRow> {
        let invalid = || Error::invalid("scope is https://host or a URL below it, without a user; it is what the token is for.");
        let scope = scope.trim().trim_end_matches('/');
        // A host alone has no path, which a repository must have.
        let (probe, inside) = RepositoryUrl::parse(&format!("{scope}/x")).map_err(|_| invalid())?;
        if probe.protocol != Protocol::Http || inside.is_some() || scope.contains(['?', '#']) {
            return Err(invalid());
        }
        let scope = without_git(probe.as_str().strip_suffix("/x").unwrap_or(scope)).to_owned();
        let username = username.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
        let username = username.unwrap_or_else(|| "x-access-token".to_owned());
        let plain = |text: &str| text.len() <= 4096 && !text.chars().any(char::is_control);
        if token.is_empty() || !plain(token) || !plain(&username) {
            return Err(Error::invalid("token is empty, longer than 4096 bytes, or has a control character in it."));
        }
        self.keep_git_credential(user_id, scope, username, token).await
    }

    /// Keeps what stood in a URL, for that URL alone.
    pub(crate) async fn keep_url_credential(&self, user_id: i64, url: &RepositoryUrl, credential: UrlCredential) -> Result<()> {
        let scope = without_git(url.as_str()).to_owned();
        self.keep_git_credential(user_id, scope, credential.username, &credential.password).await.map(drop)
    }

    async fn keep_git_credential(&self, user_id: i64, scope: String, username: String, token: &str) -> Result<GitCredentialRow> {
        let token =
            self.sealer.seal(&purpose(&scope), token).ok_or_else(|| Error::internal("seal the token", "sealing failed"))?;
        let row = GitCredentialRow { id: Uuid::now_v7().to_string(), user_id, scope, username, token, created_at: now_ms() };
        git_credentials::put(&self.db, row.clone()).await?;
        Ok(row)
    }

    pub async fn delete_git_credential(&self, user_id: i64, id: &str) -> Result<()> {
        if git_credentials::delete(&self.db, user_id, id).await? {
            return Ok(());
        }
        Err(Error::new(Kind::NotFound, "credential_not_found", "There is no credential with this id."))
    }

    pub async fn recent_repositories(&self, user_id: i64) -> Result<Vec<String>> {
        Ok(repositories::recent(&self.db, user_id, RECENT).await?)
    }

    /// The branches and tags of a remote. A credential in `url` is used and not kept.
    pub async fn remote_refs(&self, user_id: i64, url: &str) -> Result<(RepositoryUrl, RemoteRefs)> {
        let (url, credential) = self.check_repository(url)?;
        let mut access = self.git_access(user_id).await?;
        if let Some(UrlCredential { username, password }) = credential {
            let scope = without_git(url.as_str()).to_owned();
            access.stored.push(StoredCredential { scope, username, token: password });
        }
        let refs = list_refs(&url, &access).await.map_err(remote_error)?;
        Ok((url, refs))
    }
}

/// A remote's refusal, as an answer to a request.
pub(crate) fn remote_error(error: RemoteError) -> Error {
    let code = match error.kind {
        RemoteErrorKind::Unreachable => "repository_unreachable",
        RemoteErrorKind::Access => "repository_access",
        RemoteErrorKind::HostKey => "host_key_unknown",
        RemoteErrorKind::RefNotFound => "ref_not_found",
        RemoteErrorKind::DiskFull => return Error::disk_full(),
        RemoteErrorKind::Other => "git_failed",
    };
    Error::new(Kind::BadGateway, code, format!("{} {}", error.message, error.hint))
}
