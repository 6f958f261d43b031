use axum::{Json, extract::State};
use serde_json::{Value, json};

use super::AppState;
use crate::app::Result;

/// Answers once the database is migrated and can be read.
#[utoipa::path(get, path = "/healthz", operation_id = "getHealth", tag = "machine", security(()), responses((status = 200, description = "Ready", body = Object)))]
pub async fn healthz(State(app): State<AppState>) -> Result<Json<Value>> {
    app.latest_change().await?;
    Ok(Json(json!({ "status": "ok" })))
}

/// The same at the root when everything else stands below a base path; the server listens only
/// after its database is ready.
pub async fn healthz_without_state() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}
