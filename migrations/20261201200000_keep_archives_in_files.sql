-- Bytes of an archive stand here, or in a file of the directory `catalog.archives_dir`, by their digest.
alter table chart_archives alter column bytes drop not null;
-- Size of that file in bytes. Null: there is none.
alter table chart_archives add column file_bytes bigint;
alter table chart_archives add constraint chart_archive_kept_once check ((bytes is null) = (file_bytes is not null));
