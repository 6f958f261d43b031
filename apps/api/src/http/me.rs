use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;

use super::{AppState, caller::Known};
use crate::app::{Result, auth::Via, clock::rfc3339};

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ApiKeyInfo)]
pub struct Me {
    api_key_name: String,
    created_at: String,
    user_id: i64,
}

/// Information about the credential that was used.
#[utoipa::path(get, path = "/v1/me", operation_id = "getApiKeyInfo", tag = "account", responses((status = 200, body = Me)))]
pub async fn get_me(State(app): State<AppState>, Known(caller): Known) -> Result<Json<Me>> {
    let (name, created_at) = match caller.via {
        Via::Key { name, created_at } => (name, created_at),
        Via::Session => ("Browser session".to_owned(), app.owner().await?.created_at),
    };
    Ok(Json(Me { api_key_name: name, created_at: rfc3339(created_at), user_id: caller.user_id }))
}
