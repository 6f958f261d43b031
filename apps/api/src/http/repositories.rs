use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{AppState, caller::Known, query::Params};
use crate::app::Result;

#[derive(Serialize, ToSchema)]
pub struct ListRepositoriesResponse {
    items: Vec<Repository>,
}

#[derive(Serialize, ToSchema)]
pub struct Repository {
    url: String,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListRefs {
    url: String,
}

/// What a remote has.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Refs {
    /// Without whatever credential was in it.
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    default_branch: Option<String>,
    branches: Vec<String>,
    tags: Vec<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    truncated: bool,
    empty: bool,
}

/// The repositories that were worked in, latest first.
#[utoipa::path(get, path = "/v1/repositories", operation_id = "listRepositories", tag = "workspaces", responses((status = 200, body = ListRepositoriesResponse)))]
pub async fn list_repositories(State(app): State<AppState>, Known(caller): Known) -> Result<Json<ListRepositoriesResponse>> {
    let urls = app.recent_repositories(caller.user_id).await?;
    Ok(Json(ListRepositoriesResponse { items: urls.into_iter().map(|url| Repository { url }).collect() }))
}

/// The branches and tags of a repository, looked up with the caller's credentials.
#[utoipa::path(get, path = "/v1/repositories/refs", operation_id = "listRefs", tag = "workspaces", params(ListRefs), responses((status = 200, body = Refs), (status = 400, body = super::error::Envelope), (status = 502, body = super::error::Envelope)))]
pub async fn list_refs(
    State(app): State<AppState>,
    Known(caller): Known,
    Params(params): Params<ListRefs>,
) -> Result<Json<Refs>> {
    let (url, refs) = app.remote_refs(caller.user_id, &params.url).await?;
    Ok(Json(Refs {
        url: url.as_str().to_owned(),
        default_branch: refs.default_branch,
        branches: refs.branches,
        tags: refs.tags,
        truncated: refs.truncated,
        empty: refs.empty,
    }))
}
