//! Requests that are safe to repeat, by a key of the client's.
//!
//! A request is remembered before it is done, with the id of what it will make. So a repetition after the
//! server died in between finds what was made, and makes it if it was not.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use db::{IdempotencyKeyRow, query::idempotency};
use tokio::sync::{Mutex as Turns, OwnedMutexGuard};
use uuid::Uuid;

use super::{App, Error, Kind, Result, clock::now_ms};

/// How long an answer is given again, in milliseconds.
pub const KEPT_MS: i64 = 24 * 60 * 60 * 1000;

/// The requests that are being done, so that a repetition waits for the first.
#[derive(Default)]
pub struct InFlight(Mutex<HashMap<Key, Arc<Turns<()>>>>);

/// Whose key, and the key.
type Key = (i64, String);

pub enum Attempt {
    /// It was done: status and body.
    Answered(u16, String),
    /// It is to be done, and to be reported with [`App::answered`].
    Do(Doing),
}

pub struct Doing {
    pub seed: Uuid,
    user_id: i64,
    key: String,
    turn: Option<OwnedMutexGuard<()>>,
}

impl App {
    /// `fingerprint`: of everything that makes the request what it is.
    pub async fn attempt(&self, user_id: i64, key: &str, fingerprint: String) -> Result<Attempt> {
        let turn = self.in_flight.turn(user_id, key).lock_owned().await;
        let new = IdempotencyKeyRow {
            user_id,
            key: key.to_owned(),
            fingerprint: fingerprint.clone(),
            seed: Uuid::now_v7().to_string(),
            status: None,
            body: None,
            created_at: now_ms(),
        };
        let mut known = idempotency::begin(&self.db, new.clone()).await?;
        if known.created_at < now_ms() - KEPT_MS {
            idempotency::forget(&self.db, user_id, key).await?;
            known = idempotency::begin(&self.db, new).await?;
        }
        if known.fingerprint != fingerprint {
            let message = "This Idempotency-Key was used for another request. Use a fresh key for each request.";
            return Err(Error::new(Kind::Conflict, "idempotency_key_reused", message));
        }
        if let (Some(status), Some(body)) = (known.status, known.body) {
            drop(turn);
            self.in_flight.clear();
            return Ok(Attempt::Answered(status as u16, body));
        }
        let seed = Uuid::parse_str(&known.seed).map_err(|error| Error::internal("remember the request", error))?;
        Ok(Attempt::Do(Doing { seed, user_id, key: key.to_owned(), turn: Some(turn) }))
    }

    /// Keeps a success. After anything else the request can be tried again; it keeps the id of what it is to
    /// make, which may have been made all the same.
    pub async fn answered(&self, mut doing: Doing, success: Option<(u16, String)>) {
        if let Some((status, body)) = success
            && let Err(error) = idempotency::answered(&self.db, doing.user_id, &doing.key, status, body).await
        {
            tracing::warn!(%error, "what was answered to a request is not kept; a repetition looks for what was made");
        }
        drop(doing.turn.take());
        self.in_flight.clear();
    }
}

impl InFlight {
    fn turn(&self, user_id: i64, key: &str) -> Arc<Turns<()>> {
        let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        turns.entry((user_id, key.to_owned())).or_default().clone()
    }

    /// Forgets those nobody has or waits for.
    fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, turn| Arc::strong_count(turn) > 1);
    }
}
