/* Creates the roles with least privilege, and two logins. Run it as a server administrator after
   create-database.sql. It can be run again.

     loader     writes raw                            the process that loads the extract
     builder    reads raw, writes everything else     dbt
     analyst    reads intermediate, quarantine, marts
     bi_reader  reads marts                           Power BI, the dashboard

   Permissions are granted on schemas, so a table has them as soon as it is created: a rebuilt mart is
   always readable. Names, birth dates, addresses and contact details are masked in raw, and so in the
   views of staging, for every user without the unmask permission. Two tables in staging hold them
   unmasked; only builder can read those. Intermediate does not hold them, but it holds the source's
   own keys, including patient_id: put only people who may see those in the role analyst. Marts hold
   neither.

   sqlcmd -S server -E -C -v Database=emr_analytics NightlyPassword="…" BiPassword="…" \
       -i security.sql

   Windows and Entra ID: omit the two logins and add groups to the roles instead, for example
     create user [HOSPITAL\BI developers] for login [HOSPITAL\BI developers];
     create user [BI developers] from external provider;
     alter role bi_reader add member [BI developers]; */
use [master];
go

if suser_id('emr_nightly') is null
    create login emr_nightly with password = '$(NightlyPassword)', check_policy = on;
go

if suser_id('emr_bi') is null
    create login emr_bi with password = '$(BiPassword)', check_policy = on;
go

use [$(Database)];
go

/* One schema per layer and source. dbt can create missing schemas, but needs more permissions to do so. */
if schema_id('raw') is null exec('create schema raw authorization dbo');
if schema_id('raw_demo') is null exec('create schema raw_demo authorization dbo');
if schema_id('raw_mimic') is null exec('create schema raw_mimic authorization dbo');
if schema_id('reference') is null exec('create schema reference authorization dbo');
if schema_id('staging') is null exec('create schema staging authorization dbo');
if schema_id('intermediate') is null exec('create schema intermediate authorization dbo');
if schema_id('quarantine') is null exec('create schema quarantine authorization dbo');
if schema_id('marts') is null exec('create schema marts authorization dbo');
if schema_id('marts_building') is null exec('create schema marts_building authorization dbo');
if schema_id('marts_leaving') is null exec('create schema marts_leaving authorization dbo');
if schema_id('history') is null exec('create schema history authorization dbo');
if schema_id('history_demo') is null exec('create schema history_demo authorization dbo');
if schema_id('history_mimic') is null exec('create schema history_mimic authorization dbo');
if schema_id('scratch') is null exec('create schema scratch authorization dbo');
go

if database_principal_id('loader') is null create role loader;
if database_principal_id('builder') is null create role builder;
if database_principal_id('analyst') is null create role analyst;
if database_principal_id('bi_reader') is null create role bi_reader;
go

/* The loader compares a checksum of the loaded rows with the files, so it must read unmasked values. */
grant create table, unmask to loader;
grant alter, select, insert on schema::raw to loader;
grant alter, select, insert on schema::raw_mimic to loader;
go

/* The marts are built in a separate schema. At the end of a good build the two sets of tables are
   swapped, which requires control on the tables and the schemas. */
grant control on schema::marts to builder;
grant control on schema::marts_building to builder;
grant control on schema::marts_leaving to builder;

/* dbt looks up which views read a table before it drops one. */
grant create table, create view, view definition, unmask to builder;
grant select on sys.sql_expression_dependencies to builder;
grant select on schema::raw to builder;
grant select on schema::raw_mimic to builder;
grant alter, select, insert, update, delete on schema::raw_demo to builder;
grant alter, select, insert, update, delete on schema::reference to builder;
grant alter, select, insert, update, delete on schema::staging to builder;
grant alter, select, insert, update, delete on schema::intermediate to builder;
grant alter, select, insert, update, delete on schema::quarantine to builder;
grant alter, select, insert, update, delete on schema::history to builder;
grant alter, select, insert, update, delete on schema::history_demo to builder;
grant alter, select, insert, update, delete on schema::history_mimic to builder;
grant alter, select, insert, update, delete on schema::scratch to builder;
go

grant select on schema::intermediate to analyst;
grant select on schema::quarantine to analyst;
grant select on schema::marts to analyst;
go

grant select on schema::marts to bi_reader;
go

/* One login loads and builds at night. For a server that only loads, create a separate login in loader. */
if database_principal_id('emr_nightly') is null create user emr_nightly for login emr_nightly;
if database_principal_id('emr_bi') is null create user emr_bi for login emr_bi;
go

alter role loader add member emr_nightly;
alter role builder add member emr_nightly;
alter role bi_reader add member emr_bi;
go
