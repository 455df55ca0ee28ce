//! The columns that hold sealed values, for whoever seals them anew.

use super::Result;
use sqlx::PgPool;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    Observer,
    Provisioner,
    IdToken,
    RefreshToken,
    LeftToken,
    Export,
    Source,
}

pub struct Sealed {
    /// Of its row.
    pub key: Vec<u8>,
    pub sealed: Vec<u8>,
}

impl Column {
    pub const ALL: [Column; 7] = [
        Self::Observer,
        Self::Provisioner,
        Self::IdToken,
        Self::RefreshToken,
        Self::LeftToken,
        Self::Export,
        Self::Source,
    ];

    pub fn title(self) -> &'static str {
        match self {
            Self::Observer => "credentials of observers",
            Self::Provisioner => "credentials of provisioners",
            Self::IdToken => "ID tokens of sessions",
            Self::RefreshToken => "refresh tokens of sessions",
            Self::LeftToken => "refresh tokens of ended sessions",
            Self::Export => "objects of suspended namespaces",
            Self::Source => "credentials of sources of charts",
        }
    }
}

/// In the order of their rows' keys, behind `after`.
pub async fn list(db: &PgPool, column: Column, after: &[u8], limit: i64) -> Result<Vec<Sealed>> {
    match column {
        Column::Observer => {
            sqlx::query_as!(
                Sealed,
                r#"select uuid_send(id) as "key!", observer as "sealed!" from clusters
                   where removed_at is null and uuid_send(id) > $1 order by uuid_send(id) limit $2"#,
                after,
                limit
            )
            .fetch_all(db)
            .await
        }
        Column::Provisioner => {
            sqlx::query_as!(
                Sealed,
                r#"select uuid_send(id) as "key!", provisioner as "sealed!" from clusters
                   where removed_at is null and uuid_send(id) > $1 order by uuid_send(id) limit $2"#,
                after,
                limit
            )
            .fetch_all(db)
            .await
        }
        Column::IdToken => {
            sqlx::query_as!(
                Sealed,
                r#"select id_hash as key, id_token as "sealed!" from sessions
                   where id_token is not null and id_hash > $1 order by id_hash limit $2"#,
                after,
                limit
            )
            .fetch_all(db)
            .await
        }
        Column::RefreshToken => {
            sqlx::query_as!(
                Sealed,
                r#"select id_hash as key, refresh_token as "sealed!" from sessions
                   where refresh_token is not null and id_hash > $1 order by id_hash limit $2"#,
                after,
                limit
            )
            .fetch_all(db)
            .await
        }
        Column::LeftToken => {
            sqlx::query_as!(
                Sealed,
                r#"select int8send(id) as "key!", refresh_token as "sealed!" from left_tokens
                   where int8send(id) > $1 order by int8send(id) limit $2"#,
                after,
                limit
            )
            .fetch_all(db)
            .await
        }
        Column::Export => {
            sqlx::query_as!(
                Sealed,
                r#"select uuid_send(namespace_id) as "key!", objects as "sealed!" from exports
                   where uuid_send(namespace_id) > $1 order by uuid_send(namespace_id) limit $2"#,
                after,
                limit
            )
            .fetch_all(db)
            .await
        }
        Column::Source => {
            sqlx::query_as!(
                Sealed,
                r#"select textsend(name) as "key!", credentials as "sealed!" from chart_sources
                   where credentials is not null and textsend(name) > $1 order by textsend(name) limit $2"#,
                after,
                limit
            )
            .fetch_all(db)
            .await
        }
    }
}

/// Unless somebody has written another value meanwhile.
pub async fn replace(db: &PgPool, column: Column, value: &Sealed, anew: &[u8]) -> Result<()> {
    let Sealed { key, sealed } = value;
    match column {
        Column::Observer => {
            sqlx::query!(
                "update clusters set observer = $3 where uuid_send(id) = $1 and observer = $2",
                key,
                sealed,
                anew
            )
            .execute(db)
            .await?
        }
        Column::Provisioner => {
            sqlx::query!(
                "update clusters set provisioner = $3 where uuid_send(id) = $1 and provisioner = $2",
                key,
                sealed,
                anew
            )
            .execute(db)
            .await?
        }
        Column::IdToken => {
            sqlx::query!("update sessions set id_token = $3 where id_hash = $1 and id_token = $2", key, sealed, anew)
                .execute(db)
                .await?
        }
        Column::RefreshToken => {
            sqlx::query!(
                "update sessions set refresh_token = $3 where id_hash = $1 and refresh_token = $2",
                key,
                sealed,
                anew
            )
            .execute(db)
            .await?
        }
        Column::LeftToken => {
            sqlx::query!(
                "update left_tokens set refresh_token = $3 where int8send(id) = $1 and refresh_token = $2",
                key,
                sealed,
                anew
            )
            .execute(db)
            .await?
        }
        Column::Export => {
            sqlx::query!(
                "update exports set objects = $3 where uuid_send(namespace_id) = $1 and objects = $2",
                key,
                sealed,
                anew
            )
            .execute(db)
            .await?
        }
        Column::Source => {
            sqlx::query!(
                "update chart_sources set credentials = $3 where textsend(name) = $1 and credentials = $2",
                key,
                sealed,
                anew
            )
            .execute(db)
            .await?
        }
    };
    Ok(())
}
