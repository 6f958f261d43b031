//! Opening a database: connections, the check of its version, backup, migration.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbErr, SqliteTransactionMode, Statement,
    TransactionOptions, TransactionTrait,
    sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous},
};
use sea_orm_migration::MigratorTrait;
use tokio::sync::watch;

use crate::{DbError, migration::Migrator};

/// How long a statement waits for another process that writes, such as the command line.
const BUSY: Duration = Duration::from_secs(10);

/// Pages of cache a connection, in KiB.
const CACHE_KIB: u32 = 1024;

#[derive(Clone)]
pub struct Db {
    writer: DatabaseConnection,
    readers: DatabaseConnection,
    changed: watch::Sender<u64>,
}

impl Db {
    /// Opens the SQLite database at `path`, made if it is not there, and brings it to this version.
    pub async fn open(path: &Path) -> Result<Self, DbError> {
        let writer = connect(path, 1).await?;
        migrate(&writer, path).await?;
        let readers = connect(path, 3).await?;
        Ok(Self { writer, readers, changed: watch::Sender::new(0) })
    }

    /// Changes whenever a change of state was committed by this process.
    pub fn changed(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    pub(crate) fn reader(&self) -> &DatabaseConnection {
        &self.readers
    }

    pub(crate) fn writer(&self) -> &DatabaseConnection {
        &self.writer
    }

    /// A transaction that will write, so that it never has to give up half-way.
    pub(crate) async fn begin(&self) -> Result<DatabaseTransaction, DbErr> {
        let options =
            TransactionOptions { sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate), ..Default::default() };
        self.writer.begin_with_options(options).await
    }

    pub(crate) async fn commit(&self, transaction: DatabaseTransaction) -> Result<(), DbErr> {
        transaction.commit().await?;
        self.changed.send_modify(|count| *count += 1);
        Ok(())
    }
}

async fn connect(path: &Path, connections: u32) -> Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new("sqlite:");
    let path = path.to_owned();
    options.max_connections(connections).min_connections(1).sqlx_logging(false).test_before_acquire(false);
    options.idle_timeout(None::<Duration>).max_lifetime(None::<Duration>);
    options.map_sqlx_sqlite_opts(move |sqlite| {
        sqlite
            .filename(&path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // Survives the death of any process; a loss of power may cost the last moment.
            .synchronous(SqliteSynchronous::Normal)
            .busy_timeout(BUSY)
            .foreign_keys(true)
            .pragma("cache_size", format!("-{CACHE_KIB}"))
    });
    Database::connect(options).await
}

async fn migrate(writer: &DatabaseConnection, path: &Path) -> Result<(), DbError> {
    let known: Vec<String> = Migrator::migrations().iter().map(|migration| migration.name().to_owned()).collect();
    let applied = applied(writer).await?;
    if let Some(newer) = applied.iter().find(|name| !known.contains(name)) {
        return Err(DbError::Newer(newer.clone()));
    }
    if applied.len() == known.len() {
        return Ok(());
    }
    if let Some(last) = applied.last() {
        let backup = backup_path(path, last);
        let statement = Statement::from_sql_and_values(
            writer.get_database_backend(),
            "VACUUM INTO ?",
            [backup.to_string_lossy().into_owned().into()],
        );
        if !backup.exists() {
            writer.execute_raw(statement).await.map_err(DbError::Backup)?;
        }
    }
    Migrator::up(writer, None).await?;
    Ok(())
}

async fn applied(writer: &DatabaseConnection) -> Result<Vec<String>, DbError> {
    let backend = writer.get_database_backend();
    let found = writer
        .query_one_raw(Statement::from_string(backend, "SELECT 1 FROM sqlite_master WHERE name = 'seaql_migrations'"))
        .await?;
    if found.is_none() {
        return Ok(Vec::new());
    }
    let rows =
        writer.query_all_raw(Statement::from_string(backend, "SELECT version FROM seaql_migrations ORDER BY version")).await?;
    Ok(rows.iter().map(|row| row.try_get("", "version")).collect::<Result<_, _>>()?)
}

fn backup_path(path: &Path, version: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".before-{version}"));
    path.with_file_name(name)
}
