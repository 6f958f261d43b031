//! Query parameters, with our own errors.

use axum::{
    extract::{FromRequestParts, Query},
    http::request::Parts,
};
use serde::de::DeserializeOwned;

use crate::app::{Error, Kind, Result};

pub struct Params<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Params<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let query = Query::<T>::from_request_parts(parts, state).await;
        query
            .map(|Query(params)| Self(params))
            .map_err(|error| Error::invalid(format!("A query parameter is not as expected: {error}.")))
    }
}

/// The number of items of a page: 1 to 100, 20 unless told.
pub fn limit(told: Option<i64>) -> Result<u64> {
    match told.unwrap_or(20) {
        limit @ 1..=100 => Ok(limit as u64),
        _ => Err(Error::invalid("limit is a number from 1 to 100.")),
    }
}

pub fn invalid_cursor() -> Error {
    Error::new(Kind::Invalid, "invalid_cursor", "cursor is not a nextCursor of this list. Begin without one.")
}
