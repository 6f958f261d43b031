use axum::{Json, extract::State};
use domain::Permission;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{AppState, caller::Known, query::Params};
use crate::app::Result;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListDirectories {
    /// Absolute; the home directory unless told.
    path: Option<String>,
    /// Also those whose names begin with a dot.
    #[serde(default)]
    hidden: bool,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Directories {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<String>,
    home: String,
    items: Vec<Directory>,
    is_git: bool,
    /// What was chosen for this directory before.
    #[serde(skip_serializing_if = "Option::is_none")]
    permission: Option<Permission>,
    recent: Vec<RecentDirectory>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    truncated: bool,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Directory {
    name: String,
    path: String,
    is_git: bool,
}

#[derive(Serialize, ToSchema)]
pub struct RecentDirectory {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    permission: Option<Permission>,
}

/// The directories inside one, to pick a workspace from.
#[utoipa::path(get, path = "/v1/directories", operation_id = "listDirectories", tag = "machine", params(ListDirectories), responses((status = 200, body = Directories)))]
pub async fn list_directories(
    State(app): State<AppState>,
    Known(caller): Known,
    Params(params): Params<ListDirectories>,
) -> Result<Json<Directories>> {
    let listing = app.list_directories(caller.user_id, params.path.as_deref(), params.hidden).await?;
    let text = |path: &std::path::Path| path.to_string_lossy().into_owned();
    Ok(Json(Directories {
        parent: listing.path.parent().map(text),
        path: text(&listing.path),
        home: crate::config::home().map(|home| text(&home)).unwrap_or_else(|| "/".to_owned()),
        items: listing
            .items
            .into_iter()
            .map(|item| Directory { name: item.name, path: item.path, is_git: item.is_git })
            .collect(),
        is_git: listing.is_git,
        permission: listing.permission,
        recent: listing.recent.into_iter().map(|(path, permission)| RecentDirectory { path, permission }).collect(),
        truncated: listing.truncated,
    }))
}
