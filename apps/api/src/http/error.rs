//! Errors as the API shows them: one envelope, one place for status codes.

use std::any::Any;

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::{Error, Kind};

#[derive(Serialize, ToSchema)]
#[schema(as = Error)]
pub struct Envelope {
    error: Body,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ErrorBody)]
struct Body {
    /// Machine-readable; the documentation lists them.
    code: String,
    /// A sentence that says what to do.
    message: String,
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let status = match self.kind {
            Kind::Invalid => StatusCode::BAD_REQUEST,
            Kind::Unauthorized => StatusCode::UNAUTHORIZED,
            Kind::Forbidden => StatusCode::FORBIDDEN,
            Kind::NotFound => StatusCode::NOT_FOUND,
            Kind::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Kind::Conflict => StatusCode::CONFLICT,
            Kind::Expired => StatusCode::GONE,
            Kind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Kind::Misdirected => StatusCode::MISDIRECTED_REQUEST,
            Kind::DiskFull => StatusCode::INSUFFICIENT_STORAGE,
            Kind::BadGateway => StatusCode::BAD_GATEWAY,
            Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        };
        if let Some(source) = &self.source {
            tracing::error!(error = %self.message, source = ?source, "a request failed");
        }
        let body = Envelope { error: Body { code: self.code.to_owned(), message: self.message } };
        (status, Json(body)).into_response()
    }
}

pub async fn unknown_route() -> Error {
    Error::new(Kind::NotFound, "not_found", "There is nothing at this address. The API begins with /v1.")
}

pub async fn method_not_allowed() -> Error {
    Error::new(Kind::MethodNotAllowed, "method_not_allowed", "This address does not take this method.")
}

/// A panic is a bug of ours, and still answered in the envelope.
pub fn panicked(_panic: Box<dyn Any + Send + 'static>) -> Response {
    Error::internal("answer this request", "a handler panicked").into_response()
}
