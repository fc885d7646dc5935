{#- The nightly run of the large facts: rows of encounters that changed are replaced, all others stay.

    A fact that takes part is `materialized: incremental` with the strategy refresh_encounters, holds
    encounter_key and source_version, and reads the encounters to write from encounters_to_refresh().
    What it then holds equals a full rebuild (tests/nightly/), provided that the
    source states in updated_at when it last changed an encounter or anything that belongs to it.

    Rows stay when they were built from the encounter's present version and nothing of it lies within
    the look-back: nightly_look_back_days before the last arrival, of this build or the one before,
    whichever is earlier. Within it rows are always rewritten, because whether a patient came back
    is not known before the follow-up is over, and because late charges and codes reach even extracts
    that do not state them in updated_at. -#}

{#- The encounters whose rows the fact writes in this run: all of them in a full build. -#}
{% macro encounters_to_refresh() -%}
    select
        versions.encounter_id,
        versions.encounter_key,
        versions.source_version
    from {{ ref('int_encounter_versions') }} as versions
    {%- if is_nightly_run() %}
    where
        not exists (
            select 1
            from {{ this }} as built
            where {{ is_up_to_date(this) }}
        )
    {%- endif %}
{%- endmacro %}

{#- Whether the fact is there and only what changed is written. Without a server (dbt compile
    --no-introspect) nobody knows what is there: a full build is compiled. -#}
{% macro is_nightly_run() -%}
    {{ return(flags.INTROSPECT is not sameas false and is_incremental()) }}
{%- endmacro %}

{#- True for a row `built` of a fact that is what `versions` would make of it. -#}
{% macro is_up_to_date(fact) -%}
    built.encounter_key = versions.encounter_key
    and built.source_version = versions.source_version
    and versions.last_event_date < ({{ look_back_begins(fact) }})
{%- endmacro %}

{#- The first day of the look-back. -#}
{% macro look_back_begins(fact) -%}
    {%- set longest_window = readmission_windows() | max -%}
    {%- if var('nightly_look_back_days') < longest_window -%}
        {{ exceptions.raise_compiler_error(
            "nightly_look_back_days is " ~ var('nightly_look_back_days') ~ ", but readmissions are "
            ~ "followed for " ~ longest_window ~ " days: set it to that or more.") }}
    {%- endif -%}
    select {{ add_days('min(ends.end_date)', -var('nightly_look_back_days')) }} as first_date
    from (
        select max(latest.arrival_date) as end_date
        from {{ ref('int_encounter_versions') }} as latest

        union all

        select max(known.arrival_date) as end_date
        from {{ ref('int_encounter_versions') }} as known
        where known.encounter_key in (select earlier.encounter_key from {{ fact }} as earlier)
    ) as ends
{%- endmacro %}

{#- dbt's entry to the strategy. -#}
{% macro get_incremental_refresh_encounters_sql(arguments) -%}
    {%- set columns = get_quoted_csv(arguments.dest_columns | map(attribute='name')) -%}
    {%- set outdated -%}
        not exists (
            select 1
            from {{ ref('int_encounter_versions') }} as versions
            where {{ is_up_to_date(arguments.target_relation) }}
        )
    {%- endset -%}
    {%- set rows -%}
        insert into {{ arguments.target_relation }} ({{ columns }})
        select {{ columns }}
        from {{ arguments.temp_relation }}
    {%- endset -%}
    {{ return(adapter.dispatch('replace_rows', 'emr_analytics')(
        arguments.target_relation, outdated, rows)) }}
{%- endmacro %}

{#- Delete and insert, both or neither: with xact_abort an error rolls both back. -#}
{% macro default__replace_rows(relation, outdated, rows) -%}
    set xact_abort on;
    begin transaction;
    delete built from {{ relation }} as built where {{ outdated }};
    {{ rows }};
    commit transaction;
{%- endmacro %}

{#- On DuckDB the adapter's own transaction is around it. -#}
{% macro duckdb__replace_rows(relation, outdated, rows) -%}
    delete from {{ relation }} as built where {{ outdated }};
    {{ rows }};
{%- endmacro %}

{#- dbt's own macro, which decides for incremental models between a full build and a nightly run, and
    two more reasons for a full build: the table has other columns than the model, as after an
    upgrade, or an earlier full build was broken off. -#}
{% macro should_full_refresh() -%}
    {%- if dbt.should_full_refresh() -%}
        {{ return(true) }}
    {%- endif -%}
    {%- if not execute or model.config.materialized != 'incremental' -%}
        {{ return(false) }}
    {%- endif -%}
    {%- set built = load_cached_relation(this) -%}
    {%- if built is none -%}
        {{ return(false) }}
    {%- endif -%}
    {%- set present = adapter.get_columns_in_relation(built) | map(attribute='name') | map('lower')
        | sort -%}
    {%- set wanted = model.columns.keys() | map('lower') | sort -%}
    {{ return(present | list != wanted | list or full_build_was_broken_off(built)) }}
{%- endmacro %}

{% macro full_build_was_broken_off(relation) -%}
    {{ return(adapter.dispatch('full_build_was_broken_off', 'emr_analytics')(relation)) }}
{%- endmacro %}

{% macro default__full_build_was_broken_off(relation) -%}
    {{ return(false) }}
{%- endmacro %}

{#- The adapter marks a table whose full build is under way, and rejects a nightly run on it. -#}
{% macro sqlserver__full_build_was_broken_off(relation) -%}
    {%- set marks = run_query(
        "select count(*) as marks from sys.extended_properties where class = 1 and minor_id = 0 "
        ~ "and name = 'dbt_full_refresh_incomplete' and major_id = object_id('"
        ~ relation.schema ~ "." ~ relation.identifier ~ "')") -%}
    {{ return(marks.rows[0][0] > 0) }}
{%- endmacro %}

{#- One text that is another whenever the source, a model, a look-up table or a rule's variable is.
    dbt does not tell what is in macros/: `python -m emr build` hands over its checksum as
    macros_checksum; with dbt alone, build once with --full-refresh after a change there. -#}
{% macro rules_fingerprint() -%}
    {%- if not execute -%}
        {{ return('') }}
    {%- endif -%}
    {%- set parts = [var('emr_source', 'demo'), var('macros_checksum', '')] -%}
    {%- for node in graph.nodes.values() -%}
        {%- if node.resource_type == 'model' or node.schema == 'reference' -%}
            {%- do parts.append(node.unique_id ~ ' ' ~ node.checksum.checksum) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for name in rule_variables() -%}
        {%- do parts.append(name ~ ' ' ~ var(name)) -%}
    {%- endfor -%}
    {{ return(local_md5(parts | sort | join('\n'))) }}
{%- endmacro %}

{#- The variables that change what a row of a fact holds (a test compares the list with
    dbt_project.yml). -#}
{% macro rule_variables() -%}
    {{ return([
        'fiscal_year_first_month', 'minimum_length_of_stay_days', 'follow_up_ends_on',
        'comorbidity_look_back_days', 'hwr_minimum_age_years', 'expected_minimum_cell_stays',
        'smallest_cell', 'fewest_returned_surveys', 'finding_shift_date',
        'fewer_readmissions_of_chronic_patients', 'staffing_moved_to_peak_months',
        'higher_satisfaction', 'months_to_higher_satisfaction',
        'fewer_readmissions_after_better_discharge', 'more_insured_patients',
        'show_provider_names', 'nightly_look_back_days', 'extract_ends_on',
        'event_tolerance_days', 'quality_severity', 'quarantine_limits',
    ]) }}
{%- endmacro %}
