//! Signing the page in and out.

use axum::{
    Json,
    extract::{Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::{
    AppState,
    body::Body,
    caller::{Known, cookie, cookie_name},
};
use crate::app::{Error, Result, auth::owner};

/// Ninety days, as long as the session itself.
const COOKIE_SECONDS: u64 = 90 * 24 * 60 * 60;

#[derive(Deserialize)]
pub struct SignIn {
    token: Option<String>,
}

#[derive(Deserialize, ToSchema)]
pub struct CreateSession {
    key: Option<String>,
    password: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    user: User,
    /// Tells this data directory from others.
    instance: String,
    version: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    public_url: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct User {
    id: i64,
    name: String,
}

/// The one-time link. Looking at it without following it (HEAD) does not use it up.
pub async fn sign_in_by_link(
    State(app): State<AppState>,
    method: axum::http::Method,
    Query(query): Query<SignIn>,
) -> Result<Response> {
    let home = format!("{}/", app.config.base_path);
    let user = match query.token {
        Some(token) if method != axum::http::Method::HEAD => app.use_link(&token).await?,
        _ => None,
    };
    let Some(user) = user else {
        return Ok((StatusCode::SEE_OTHER, [(header::LOCATION, format!("{home}?signed-out=expired"))]).into_response());
    };
    let cookie = app.open_session(user).await?;
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, home), (header::SET_COOKIE, set_cookie(&app, &cookie, COOKIE_SECONDS))])
        .into_response())
}

/// Signs a browser in with a key or with the owner's password.
#[utoipa::path(post, path = "/v1/session", operation_id = "createSession", tag = "account", security(()), request_body = CreateSession, responses((status = 200, body = Session), (status = 401, body = super::error::Envelope)))]
pub async fn create_session(State(app): State<AppState>, Body(body): Body<CreateSession>) -> Result<Response> {
    let user = match (body.key, body.password) {
        (Some(key), None) => app.caller_of_key(key.trim()).await?.map(|caller| caller.user_id),
        (None, Some(password)) => app.check_password(password).await?,
        _ => return Err(Error::invalid("Give either key or password.")),
    };
    let user = user.ok_or_else(|| Error::unauthorized("That key or password is not valid here."))?;
    let cookie = app.open_session(user).await?;
    let headers = [(header::SET_COOKIE, set_cookie(&app, &cookie, COOKIE_SECONDS))];
    Ok((headers, Json(session(&app).await?)).into_response())
}

#[utoipa::path(get, path = "/v1/session", operation_id = "getSession", tag = "account", responses((status = 200, body = Session)))]
pub async fn get_session(State(app): State<AppState>, _caller: Known) -> Result<Json<Session>> {
    Ok(Json(session(&app).await?))
}

/// Signs this browser out.
#[utoipa::path(delete, path = "/v1/session", operation_id = "deleteSession", tag = "account", responses((status = 200, body = Object)))]
pub async fn delete_session(State(app): State<AppState>, _caller: Known, headers: HeaderMap) -> Result<Response> {
    if let Some(cookie) = cookie(&headers, &cookie_name(&app)) {
        app.close_session(&cookie).await?;
    }
    Ok(([(header::SET_COOKIE, set_cookie(&app, "", 0))], Json(json!({}))).into_response())
}

async fn session(app: &AppState) -> Result<Session> {
    let owner = owner(&app.db).await?;
    Ok(Session {
        user: User { id: owner.id, name: owner.name },
        instance: app.data.instance.clone(),
        version: env!("CARGO_PKG_VERSION"),
        public_url: app.config.public_url.as_ref().map(|url| url.origin.clone()),
    })
}

fn set_cookie(app: &AppState, value: &str, seconds: u64) -> String {
    let path = if app.config.base_path.is_empty() { "/" } else { &app.config.base_path };
    let secure = if app.config.public_url.as_ref().is_some_and(|url| url.origin.starts_with("https:")) { "; Secure" } else { "" };
    format!("{}={value}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}", cookie_name(app))
}
