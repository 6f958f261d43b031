//! Request bodies: JSON whatever the content type says, with our own errors.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::StatusCode,
};
use serde::de::DeserializeOwned;

use crate::app::{Error, Kind};

/// A JSON object of this shape.
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
                too_large()
            } else {
                Error::invalid("The request body did not arrive whole. Send it again.")
            }
        })?;
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Err(Error::new(Kind::Invalid, "missing_body", "This request needs a JSON body."));
        }
        if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'{') {
            return Err(Error::invalid("The request body is not a JSON object."));
        }
        serde_json::from_slice(&bytes)
            .map(Self)
            .map_err(|error| Error::invalid(format!("The request body is not as expected: {error}.")))
    }
}

/// The same, where an empty body is as good as an empty object.
pub struct Optional<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Default> FromRequest<S> for Optional<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        match Body::from_request(request, state).await {
            Ok(Body(value)) => Ok(Self(value)),
            Err(error) if error.code == "missing_body" => Ok(Self(T::default())),
            Err(error) => Err(error),
        }
    }
}

pub fn too_large() -> Error {
    Error::new(Kind::TooLarge, "body_too_large", "The request body is too long. At most 20 MB are taken.")
}
