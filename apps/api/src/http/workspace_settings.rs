use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{AppState, agents::some, body::Body, caller::Known};
use crate::app::{
    Error, Result,
    workspace::settings::{Identity, WorkspaceSettings},
};

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = WorkspaceSettings)]
pub struct WorkspaceSettingsResponse {
    /// Patterns of ignored files that a copy takes along.
    copied_files: Vec<String>,
    /// `accept-new` or `strict`.
    host_keys: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit_email: Option<String>,
    /// What your own git has.
    #[serde(skip_serializing_if = "Option::is_none")]
    git_identity: Option<GitIdentity>,
    #[serde(skip_serializing_if = "Option::is_none")]
    editor_url: Option<String>,
    /// null: never.
    give_up_after_days: Option<u32>,
}

#[derive(Serialize, ToSchema)]
pub struct GitIdentity {
    name: String,
    email: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PatchWorkspaceSettingsRequest {
    copied_files: Option<Vec<String>>,
    host_keys: Option<String>,
    #[serde(default, deserialize_with = "some")]
    #[schema(value_type = Option<String>)]
    commit_name: Option<Option<String>>,
    #[serde(default, deserialize_with = "some")]
    #[schema(value_type = Option<String>)]
    commit_email: Option<Option<String>>,
    #[serde(default, deserialize_with = "some")]
    #[schema(value_type = Option<String>)]
    editor_url: Option<Option<String>>,
    #[serde(default, deserialize_with = "some")]
    #[schema(value_type = Option<u32>)]
    give_up_after_days: Option<Option<u32>>,
}

#[utoipa::path(get, path = "/v1/workspace-settings", operation_id = "getWorkspaceSettings", tag = "workspaces", responses((status = 200, body = WorkspaceSettingsResponse)))]
pub async fn get_workspace_settings(State(app): State<AppState>, _caller: Known) -> Result<Json<WorkspaceSettingsResponse>> {
    let settings = app.workspace_settings().await?;
    Ok(Json(shape(settings, app.own_git_identity().await)))
}

#[utoipa::path(patch, path = "/v1/workspace-settings", operation_id = "updateWorkspaceSettings", tag = "workspaces", request_body = PatchWorkspaceSettingsRequest, responses((status = 200, body = WorkspaceSettingsResponse), (status = 400, body = super::error::Envelope)))]
pub async fn patch_workspace_settings(
    State(app): State<AppState>,
    _caller: Known,
    Body(body): Body<PatchWorkspaceSettingsRequest>,
) -> Result<Json<WorkspaceSettingsResponse>> {
    let strict_host_keys = match body.host_keys.as_deref() {
        None => None,
        Some("accept-new") => Some(false),
        Some("strict") => Some(true),
        Some(_) => return Err(Error::invalid("hostKeys is accept-new or strict.")),
    };
    let text = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let changed = app
        .change_workspace_settings(|settings| {
            settings.strict_host_keys = strict_host_keys.unwrap_or(settings.strict_host_keys);
            if let Some(patterns) = body.copied_files {
                settings.copied_files = patterns;
            }
            if let Some(name) = body.commit_name {
                settings.commit_name = text(name);
            }
            if let Some(email) = body.commit_email {
                settings.commit_email = text(email);
            }
            if let Some(url) = body.editor_url {
                settings.editor_url = text(url);
            }
            if let Some(days) = body.give_up_after_days {
                settings.give_up_after_days = days;
            }
        })
        .await?;
    Ok(Json(shape(changed, app.own_git_identity().await)))
}

fn shape(settings: WorkspaceSettings, own: Option<Identity>) -> WorkspaceSettingsResponse {
    WorkspaceSettingsResponse {
        copied_files: settings.copied_files,
        host_keys: if settings.strict_host_keys { "strict" } else { "accept-new" },
        commit_name: settings.commit_name,
        commit_email: settings.commit_email,
        git_identity: own.map(|Identity { name, email }| GitIdentity { name, email }),
        editor_url: settings.editor_url,
        give_up_after_days: settings.give_up_after_days,
    }
}
