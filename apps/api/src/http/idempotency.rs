//! `Idempotency-Key`: every POST that carries one can be repeated.

use axum::{
    body::{Body, to_bytes},
    extract::{FromRequestParts, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{AppState, MAX_BODY, body::too_large, caller::Known};
use crate::app::{
    Error, Result,
    idempotency::{Attempt, Doing},
};

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
const LONGEST_KEY: usize = 255;

/// What a request that can be repeated calls what it makes.
#[derive(Clone, Copy)]
pub struct Seed(pub Option<Uuid>);

impl<S: Send + Sync> FromRequestParts<S> for Seed {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> std::result::Result<Self, Self::Rejection> {
        Ok(parts.extensions.get().copied().unwrap_or(Self(None)))
    }
}

pub async fn idempotency(State(app): State<AppState>, request: Request, next: Next) -> Response {
    if request.method() != Method::POST || !request.headers().contains_key(KEY) {
        return next.run(request).await;
    }
    repeatable(app, request, next).await.unwrap_or_else(IntoResponse::into_response)
}

async fn repeatable(app: AppState, request: Request, next: Next) -> Result<Response> {
    let (mut parts, body) = request.into_parts();
    // Who is not known is told so by the handler, whatever key comes along.
    let Ok(Known(caller)) = Known::from_request_parts(&mut parts, &app).await else {
        return Ok(next.run(Request::from_parts(parts, body)).await);
    };
    let key = key(&parts.headers)?;
    let bytes = to_bytes(body, MAX_BODY).await.map_err(|_| too_large())?;
    let mut fingerprint = Sha256::new();
    for part in [parts.uri.to_string().as_bytes(), b"\0", &bytes] {
        fingerprint.update(part);
    }
    let fingerprint = fingerprint.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    let doing = match app.attempt(caller.user_id, &key, fingerprint).await? {
        Attempt::Answered(status, body) => return Ok(replay(status, body)),
        Attempt::Do(doing) => doing,
    };
    parts.extensions.insert(Seed(Some(doing.seed)));
    let response = next.run(Request::from_parts(parts, Body::from(bytes))).await;
    keep(&app, doing, response).await
}

async fn keep(app: &AppState, doing: Doing, response: Response) -> Result<Response> {
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, MAX_BODY).await.map_err(|error| Error::internal("answer", error))?;
    let text = parts.status.is_success().then(|| String::from_utf8(bytes.to_vec()).ok()).flatten();
    app.answered(doing, text.map(|text| (parts.status.as_u16(), text))).await;
    Ok(Response::from_parts(parts, Body::from(bytes)))
}

fn replay(status: u16, body: String) -> Response {
    let headers =
        [(header::CONTENT_TYPE, HeaderValue::from_static("application/json")), (REPLAYED, HeaderValue::from_static("true"))];
    (StatusCode::from_u16(status).unwrap_or(StatusCode::OK), headers, body).into_response()
}

fn key(headers: &HeaderMap) -> Result<String> {
    let mut keys = headers.get_all(KEY).iter();
    let key = keys.next().and_then(|key| key.to_str().ok()).unwrap_or_default();
    if key.is_empty() || key.len() > LONGEST_KEY || keys.next().is_some() {
        return Err(Error::invalid(format!("Idempotency-Key is one text of 1 to {LONGEST_KEY} printable characters.")));
    }
    Ok(key.to_owned())
}
