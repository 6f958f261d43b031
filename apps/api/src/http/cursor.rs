//! Signing in to the CLI from the page.

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{AppState, body::Body, caller::Known};
use crate::app::{
    Result,
    cursor::login::{Login, LoginState},
};

#[derive(Serialize, ToSchema)]
pub struct CursorLogin {
    /// `idle`, `waiting`, `succeeded` or `failed`.
    state: &'static str,
    /// The link to open, once the CLI has printed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    /// The CLI's own words.
    output: String,
}

impl From<Login> for CursorLogin {
    fn from(login: Login) -> Self {
        let state = match login.state {
            LoginState::Idle => "idle",
            LoginState::Waiting => "waiting",
            LoginState::Succeeded => "succeeded",
            LoginState::Failed => "failed",
        };
        Self { state, url: login.url, output: login.output }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SetApiKey {
    api_key: String,
}

#[utoipa::path(get, path = "/v1/cursor/login", operation_id = "getCursorLogin", tag = "cursor", responses((status = 200, body = CursorLogin)))]
pub async fn get_login(State(app): State<AppState>, _caller: Known) -> Json<CursorLogin> {
    Json(app.login.current().into())
}

/// Starts the CLI's own login, unless it runs already.
#[utoipa::path(post, path = "/v1/cursor/login", operation_id = "startCursorLogin", tag = "cursor", responses((status = 200, body = CursorLogin)))]
pub async fn start_login(State(app): State<AppState>, Known(caller): Known) -> Result<Json<CursorLogin>> {
    app.begin_login(caller.user_id).await?;
    Ok(Json(app.login.current().into()))
}

#[utoipa::path(delete, path = "/v1/cursor/login", operation_id = "stopCursorLogin", tag = "cursor", responses((status = 200, body = CursorLogin)))]
pub async fn stop_login(State(app): State<AppState>, _caller: Known) -> Json<CursorLogin> {
    app.login.stop();
    Json(app.login.current().into())
}

/// Keeps a Cursor API key, encrypted; the CLI gets it with every run.
#[utoipa::path(put, path = "/v1/cursor/api-key", operation_id = "setCursorApiKey", tag = "cursor", request_body = SetApiKey, responses((status = 200, body = Object)))]
pub async fn set_api_key(State(app): State<AppState>, Known(caller): Known, Body(body): Body<SetApiKey>) -> Result<Json<Value>> {
    app.set_cursor_api_key(caller.user_id, Some(body.api_key)).await?;
    Ok(Json(json!({})))
}

#[utoipa::path(delete, path = "/v1/cursor/api-key", operation_id = "deleteCursorApiKey", tag = "cursor", responses((status = 200, body = Object)))]
pub async fn delete_api_key(State(app): State<AppState>, Known(caller): Known) -> Result<Json<Value>> {
    app.set_cursor_api_key(caller.user_id, None).await?;
    Ok(Json(json!({})))
}
