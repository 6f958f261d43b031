//! Who asks: keys, sessions, one-time links, the owner's password.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use db::{
    ApiKeyRow, UserRow,
    query::{keys, sessions, users},
};

use super::{App, Error, Result, clock::now_ms, secrets};

/// For so long an answer is taken for the present.
const KNOWN_FOR: Duration = Duration::from_secs(1);

/// By credential: when it was looked up, and whether it was good.
pub type KnownCallers = tokio::sync::Mutex<HashMap<String, (Instant, bool)>>;

const LINK_MS: i64 = 10 * 60 * 1000;
const SESSION_MS: i64 = 90 * 24 * 60 * 60 * 1000;

/// Who asked, and how that was known.
#[derive(Clone, Debug)]
pub struct Caller {
    pub user_id: i64,
    pub via: Via,
    /// The hash of the credential, by which a long stream checks that it still holds.
    credential: String,
}

#[derive(Clone, Debug)]
pub enum Via {
    Key { name: String, created_at: i64 },
    Session,
}

impl App {
    pub async fn caller_of_key(&self, key: &str) -> Result<Option<Caller>> {
        let credential = secrets::hash(key);
        let found = keys::find_valid(&self.db, &credential).await?;
        Ok(found.map(|key| Caller {
            user_id: key.user_id,
            via: Via::Key { name: key.name, created_at: key.created_at },
            credential,
        }))
    }

    pub async fn caller_of_session(&self, cookie: &str) -> Result<Option<Caller>> {
        let credential = secrets::hash(cookie);
        let user_id = sessions::user_of(&self.db, &credential, now_ms()).await?;
        Ok(user_id.map(|user_id| Caller { user_id, via: Via::Session, credential }))
    }

    /// Whether who began a stream may go on with it: not signed out, the key not revoked. A thousand streams of
    /// one browser or key ask the database once a second, not a thousand times.
    pub async fn is_still_known(&self, caller: &Caller) -> bool {
        let mut known = self.known_callers.lock().await;
        if let Some((at, answer)) = known.get(&caller.credential)
            && at.elapsed() < KNOWN_FOR
        {
            return *answer;
        }
        known.retain(|_, (at, _)| at.elapsed() < KNOWN_FOR);
        let answer = self.is_known(caller).await;
        known.insert(caller.credential.clone(), (Instant::now(), answer));
        answer
    }

    async fn is_known(&self, caller: &Caller) -> bool {
        let known = match caller.via {
            Via::Key { .. } => keys::find_valid(&self.db, &caller.credential).await.map(|key| key.is_some()),
            Via::Session => sessions::user_of(&self.db, &caller.credential, now_ms()).await.map(|user| user.is_some()),
        };
        // A database that does not answer right now is no reason to break a stream off.
        known.unwrap_or(true)
    }

    /// The user of a one-time link, which is used up by it.
    pub async fn use_link(&self, token: &str) -> Result<Option<i64>> {
        Ok(sessions::use_link(&self.db, &secrets::hash(token), now_ms()).await?)
    }

    /// The user to whom this password belongs.
    pub async fn check_password(&self, password: String) -> Result<Option<i64>> {
        let owner = self.owner().await?;
        let Some(hash) = owner.password_hash else { return Ok(None) };
        // Slow by design, so not on a thread that serves others; one at a time, so that guessing
        // takes no memory.
        let _one = self.password_checks.lock().await;
        let task = tokio::task::spawn_blocking(move || {
            PasswordHash::new(&hash).is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
        });
        Ok(task.await.unwrap_or(false).then_some(owner.id))
    }

    /// A new session; the cookie's value.
    pub async fn open_session(&self, user_id: i64) -> Result<String> {
        let cookie = secrets::mint("");
        let now = now_ms();
        sessions::create(&self.db, secrets::hash(&cookie), user_id, now, now + SESSION_MS).await?;
        Ok(cookie)
    }

    pub async fn close_session(&self, cookie: &str) -> Result<()> {
        Ok(sessions::delete(&self.db, &secrets::hash(cookie)).await?)
    }

    pub async fn owner(&self) -> Result<UserRow> {
        owner(&self.db).await
    }
}

pub async fn owner(db: &db::Db) -> Result<UserRow> {
    let name = std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).unwrap_or_else(|_| "owner".to_owned());
    Ok(users::owner(db, &name, now_ms()).await?)
}

/// A one-time token that signs a browser in within ten minutes. Works beside a running server.
pub async fn create_link(db: &db::Db) -> Result<String> {
    let (owner, token, now) = (owner(db).await?, secrets::mint(""), now_ms());
    sessions::create_link(db, secrets::hash(&token), owner.id, now, now + LINK_MS).await?;
    Ok(token)
}

/// A new key, valid at once also in a running server.
pub async fn create_key(db: &db::Db, name: &str) -> Result<String> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
        return Err(Error::invalid("A key's name has 1 to 100 characters and no control characters."));
    }
    let owner = owner(db).await?;
    let key = secrets::mint("csh_");
    let id = uuid::Uuid::now_v7().to_string();
    let row = ApiKeyRow {
        id,
        user_id: owner.id,
        name: name.to_owned(),
        hash: secrets::hash(&key),
        created_at: now_ms(),
        revoked_at: None,
    };
    keys::create(db, row).await?;
    Ok(key)
}

/// Sets the owner's password; browsers that are signed in stay so.
pub async fn set_password(db: &db::Db, password: &str) -> Result<()> {
    if password.chars().count() < 10 {
        return Err(Error::invalid("A password has at least 10 characters."));
    }
    let hash = Argon2::default()
        .hash_password(password.as_bytes())
        .map_err(|error| Error::internal("hash the password", error.to_string()))?;
    Ok(users::set_password_hash(db, owner(db).await?, Some(hash.to_string())).await?)
}
