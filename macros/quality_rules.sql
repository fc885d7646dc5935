{#- Which rows of a delivery are accepted: the rules, each stated here and nowhere else, and what
    becomes of a row that breaks one. docs/data-quality.md lists them in words.

    A rule of a table has a name, the column that it blames and a condition that is true for a row
    that breaks it, over the columns of `in_context` in int_checked_<table>. A row is rejected for the
    first rule that it breaks. `needed`: without it the row could not be counted anywhere, so that it
    cannot be kept, whatever quality_severity says. `severity`: what becomes of the row where
    quality_severity says nothing; quarantine if not given. -#}
{% macro rules_of_facilities() -%}
    {{ return([]) }}
{%- endmacro %}

{% macro rules_of_departments() -%}
    {{ return([
        orphan('facility_id', 'known_facility_id'),
        {'rule': 'impossible number', 'column': 'staffed_beds', 'needed': true,
         'breaks': 'staffed_beds < 0'},
    ]) }}
{%- endmacro %}

{% macro rules_of_providers() -%}
    {{ return([
        orphan('department_id', 'known_department_id', severity='flag'),
    ]) }}
{%- endmacro %}

{% macro rules_of_payers() -%}
    {{ return([
        {'rule': 'unknown code', 'column': 'payer_category', 'severity': 'flag',
         'breaks': 'payer_category is not null and known_payer_category is null'},
    ]) }}
{%- endmacro %}

{% macro rules_of_patients() -%}
    {{ return([
        unknown_code('sex'),
        out_of_order('death_date', 'birth_date'),
    ]) }}
{%- endmacro %}

{% macro rules_of_encounters() -%}
    {{ return([
        orphan('patient_id', 'known_patient_id', needed=true),
        orphan('department_id', 'known_department_id'),
        orphan('payer_id', 'known_payer_id'),
        orphan('provider_id', 'known_provider_id', severity='flag'),
        missing('arrived_at'),
        missing('encounter_class'),
        unknown_code('encounter_class', needed=true),
        unknown_code('admission_type'),
        unknown_code('readmission_indicator'),
        {'rule': 'unknown code', 'column': 'discharge_disposition',
         'breaks': 'discharge_disposition is not null and known_disposition_code is null'},
        {'rule': 'dates out of order', 'column': 'arrived_at', 'needed': true,
         'breaks': 'cast(arrived_at as date) < birth_date'},
        {'rule': 'dates out of order', 'column': 'first_seen_at', 'severity': 'flag',
         'breaks': 'first_seen_at < arrived_at'},
        {'rule': 'dates out of order', 'column': 'admitted_at', 'needed': true,
         'breaks': 'admitted_at < arrived_at'},
        {'rule': 'dates out of order', 'column': 'discharged_at', 'needed': true,
         'breaks': 'discharged_at < arrived_at or discharged_at < admitted_at'},
        {'rule': 'dates out of order', 'column': 'emergency_departed_at', 'severity': 'flag',
         'breaks': 'emergency_departed_at < arrived_at'},
        {'rule': 'arrival after death', 'column': 'arrived_at', 'severity': 'flag',
         'breaks': 'cast(arrived_at as date) > death_date'},
    ]) }}
{%- endmacro %}

{% macro rules_of_diagnoses() -%}
    {{ return([
        orphan('encounter_id', 'known_encounter_id', needed=true),
        missing('icd10_code', staged='diagnosis_code'),
        {'rule': 'malformed ICD-10-CM code', 'column': 'icd10_code',
         'breaks': "code_system = 'ICD-10-CM' and not ("
            ~ is_icd10_shape("replace(diagnosis_code, '.', '')") ~ ')'},
        {'rule': 'unknown ICD-10-CM code', 'column': 'icd10_code',
         'breaks': "code_system = 'ICD-10-CM' and known_category_code is null"},
        unknown_code('present_on_admission'),
    ]) }}
{%- endmacro %}

{% macro rules_of_procedures() -%}
    {{ return([
        orphan('encounter_id', 'known_encounter_id', needed=true),
        missing('procedure_code'),
        unknown_code('code_system', needed=true),
        outside_encounter('performed_at'),
        orphan('provider_id', 'known_provider_id', severity='flag'),
    ]) }}
{%- endmacro %}

{% macro rules_of_vitals() -%}
    {{ return([
        orphan('encounter_id', 'known_encounter_id', needed=true),
        missing('measured_at'),
        impossible_vital('systolic_bp', 30, 370),
        impossible_vital('diastolic_bp', 10, 360),
        {'rule': 'impossible vital sign', 'column': 'diastolic_bp',
         'breaks': 'diastolic_bp > systolic_bp'},
        impossible_vital('heart_rate', 10, 480),
        impossible_vital('glucose', 1, 2656),
        outside_encounter('measured_at'),
    ]) }}
{%- endmacro %}

{% macro rules_of_charges() -%}
    {{ return([
        orphan('encounter_id', 'known_encounter_id', needed=true),
        missing('charge_amount'),
        negative_money('charge_amount'),
        outside_encounter('service_date'),
    ]) }}
{%- endmacro %}

{% macro rules_of_claims() -%}
    {{ return([
        orphan('encounter_id', 'known_encounter_id', needed=true),
        orphan('payer_id', 'known_payer_id'),
        missing('claim_status'),
        unknown_code('claim_status', needed=true),
        missing('submitted_on'),
        missing('billed_amount'),
        missing('contractual_adjustment', "claim_status <> 'pending'"),
        missing('allowed_amount', "claim_status <> 'pending'"),
        missing('denied_amount', "claim_status <> 'pending'"),
        missing('patient_responsibility', "claim_status <> 'pending'"),
        {'rule': 'dates out of order', 'column': 'submitted_on',
         'breaks': 'submitted_on < cast(arrived_at as date)'},
        out_of_order('adjudicated_on', 'submitted_on'),
        negative_money('billed_amount'),
        negative_money('contractual_adjustment'),
        negative_money('allowed_amount', needed=true),
        negative_money('denied_amount'),
        negative_money('patient_responsibility', needed=true),
        {'rule': 'inconsistent money', 'column': 'allowed_amount', 'needed': true,
         'breaks': "claim_status <> 'pending' and "
            ~ 'billed_amount <> contractual_adjustment + allowed_amount + denied_amount'},
        {'rule': 'inconsistent money', 'column': 'patient_responsibility', 'needed': true,
         'breaks': "claim_status <> 'pending' and patient_responsibility > allowed_amount"},
    ]) }}
{%- endmacro %}

{% macro rules_of_payments() -%}
    {{ return([
        orphan('claim_id', 'known_claim_id', needed=true),
        missing('posted_on'),
        missing('paid_by'),
        unknown_code('paid_by', needed=true),
        missing('amount'),
    ]) }}
{%- endmacro %}

{% macro rules_of_surveys() -%}
    {{ return([
        orphan('encounter_id', 'known_encounter_id', needed=true),
        missing('sent_on'),
        {'rule': 'dates out of order', 'column': 'sent_on',
         'breaks': 'sent_on < cast(arrived_at as date)'},
        out_of_order('returned_on', 'sent_on', needed=true),
        rating_out_of_range('overall_rating', 0, 10),
        rating_out_of_range('recommend', 1, 4),
        rating_out_of_range('nurse_communication', 1, 4),
        rating_out_of_range('doctor_communication', 1, 4),
        rating_out_of_range('responsiveness', 1, 4),
        rating_out_of_range('discharge_information', 0, 1),
        rating_out_of_range('care_coordination', 1, 4),
    ]) }}
{%- endmacro %}

{#- --- kinds of rules ------------------------------------------------------------------------- -#}

{#- The row that it names is not there, or is in quarantine itself. An encounter needs its patient and
    a line its encounter; elsewhere a blank is allowed. -#}
{% macro orphan(column, known, severity='quarantine', needed=false) -%}
    {%- set named = '' if needed else column ~ ' is not null and ' -%}
    {{ return({'rule': 'orphan', 'column': column, 'severity': severity, 'needed': needed,
               'breaks': named ~ known ~ ' is null'}) }}
{%- endmacro %}

{#- A blank where the row cannot be counted without a value. -#}
{% macro missing(column, where=none, staged=none) -%}
    {{ return({'rule': 'missing value', 'column': column, 'needed': true,
               'breaks': (where ~ ' and ' if where else '') ~ (staged or column) ~ ' is null'}) }}
{%- endmacro %}

{% macro unknown_code(column, needed=false) -%}
    {{ return({'rule': 'unknown code', 'column': column, 'needed': needed,
               'breaks': column ~ " not in ('" ~ contract_values(column) | join("', '") ~ "')"}) }}
{%- endmacro %}

{% macro out_of_order(later, earlier, needed=false) -%}
    {{ return({'rule': 'dates out of order', 'column': later, 'needed': needed,
               'breaks': later ~ ' < ' ~ earlier}) }}
{%- endmacro %}

{#- More than event_tolerance_days before arrival, or after discharge; in an encounter that is still
    open, after the end of the extract. Preadmission services and late entries are usual within three
    days (the payment window of Medicare, 42 CFR 412.2(c)(5)). -#}
{% macro outside_encounter(column) -%}
    {%- set days = var('event_tolerance_days') -%}
    {%- set first = add_days('cast(arrived_at as date)', -days) -%}
    {%- set last = add_days('coalesce(cast(discharged_at as date), extract_end_date)', days) -%}
    {{ return({'rule': 'outside its encounter', 'column': column,
               'breaks': 'cast(' ~ column ~ ' as date) < ' ~ first
                    ~ ' or cast(' ~ column ~ ' as date) > ' ~ last}) }}
{%- endmacro %}

{#- Outside what was ever measured in a living person: blood pressure 370/360 mmHg under load
    (Narloch 1995), 480 heart beats per minute (Chhabra 2012), glucose 2,656 mg/dL. -#}
{% macro impossible_vital(column, lowest, highest) -%}
    {{ return({'rule': 'impossible vital sign', 'column': column,
               'breaks': column ~ ' not between ' ~ lowest ~ ' and ' ~ highest}) }}
{%- endmacro %}

{% macro negative_money(column, needed=false) -%}
    {{ return({'rule': 'negative money', 'column': column, 'needed': needed,
               'breaks': column ~ ' < 0'}) }}
{%- endmacro %}

{% macro rating_out_of_range(column, lowest, highest) -%}
    {{ return({'rule': 'rating out of range', 'column': column, 'needed': true,
               'breaks': column ~ ' not between ' ~ lowest ~ ' and ' ~ highest}) }}
{%- endmacro %}

{#- --- all rules of a table ------------------------------------------------------------------- -#}

{#- The rules of a table in the order in which they count, each with a number from 1, what becomes of
    the row and how its value is shown. None while dbt only parses. -#}
{% macro quality_rules(entity) -%}
    {%- if not execute -%}
        {{ return([]) }}
    {%- endif -%}
    {%- set columns = contract_columns(entity) -%}
    {%- set rules = [] -%}
    {%- for name in columns -%}
        {%- do rules.append({'rule': 'unparseable value', 'column': name,
                             'breaks': "unreadable_column = '" ~ name ~ "'",
                             'value': 'unreadable_value'}) -%}
    {%- endfor -%}
    {%- for name in contract_keys()[entity] -%}
        {%- do rules.append({'rule': 'missing key', 'column': name, 'needed': true,
                             'breaks': name ~ ' is null'}) -%}
    {%- endfor -%}
    {%- do rules.extend(context['rules_of_' ~ entity]()) -%}
    {%- for name, column in columns.items() if column.data_type in ['date', 'timestamp'] -%}
        {%- if name != 'updated_at' -%}
            {%- do rules.append({'rule': 'beyond the end of the extract', 'column': name,
                                 'needed': true,
                                 'breaks': 'cast(' ~ name ~ ' as date) > extract_end_date'}) -%}
        {%- endif -%}
        {%- do rules.append({'rule': 'impossible date', 'column': name, 'needed': true,
                             'breaks': is_impossible_date(name)}) -%}
    {%- endfor -%}
    {%- do rules.append({'rule': 'duplicate key', 'column': contract_keys()[entity][-1],
                         'needed': true, 'value': row_key(entity)}) -%}
    {%- if entity == 'encounters' -%}
        {%- do rules.append({'rule': 'overlapping inpatient stays', 'column': 'discharged_at',
                             'severity': 'flag'}) -%}
    {%- endif -%}
    {%- for rule in rules -%}
        {%- do rule.update({
            'number': loop.index,
            'severity': severity_of(entity, rule),
            'value': rule.value or shown_value(rule.column, columns[rule.column]),
        }) -%}
    {%- endfor -%}
    {{ return(rules) }}
{%- endmacro %}

{#- Before anyone now alive was born, or so far ahead that it stands for something else. -#}
{% macro is_impossible_date(column) -%}
    {{ return('cast(' ~ column ~ " as date) < '1880-01-01' or cast(" ~ column
        ~ " as date) > '2299-12-31'") }}
{%- endmacro %}

{#- What becomes of a row that breaks a rule: the variable quality_severity, else the rule's own. -#}
{% macro severity_of(entity, rule) -%}
    {%- set name = quality_rule_name(entity, rule) -%}
    {%- set chosen = var('quality_severity').get(name, rule.severity or 'quarantine') -%}
    {%- if chosen not in ['quarantine', 'flag', 'stop'] -%}
        {{ exceptions.raise_compiler_error(
            "quality_severity of '" ~ name ~ "' is '" ~ chosen
            ~ "', but must be quarantine, flag or stop.") }}
    {%- endif -%}
    {%- if chosen == 'flag' and rule.needed -%}
        {{ exceptions.raise_compiler_error(
            "quality_severity of '" ~ name ~ "' cannot be flag: a row that breaks this rule cannot "
            ~ "be counted anywhere.") }}
    {%- endif -%}
    {{ return(chosen) }}
{%- endmacro %}

{% macro quality_rule_name(entity, rule) -%}
    {{ return(entity ~ '.' ~ rule.column ~ ' ' ~ rule.rule) }}
{%- endmacro %}

{#- Every name in quality_severity and quarantine_limits is one that exists. -#}
{% macro check_quality_variables() -%}
    {%- set names = [] -%}
    {%- for entity in contract_keys() -%}
        {%- for rule in quality_rules(entity) -%}
            {%- do names.append(quality_rule_name(entity, rule)) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for name in var('quality_severity') if execute and name not in names -%}
        {{ exceptions.raise_compiler_error(
            "quality_severity names '" ~ name ~ "', which is no rule: a rule is named like '"
            ~ names[-1] ~ "' (docs/data-quality.md lists them).") }}
    {%- endfor -%}
    {%- if 'default' not in var('quarantine_limits') -%}
        {{ exceptions.raise_compiler_error(
            "quarantine_limits has no default: add the share for tables that it does not name.") }}
    {%- endif -%}
    {%- for name in var('quarantine_limits') if name not in contract_keys() and name != 'default' -%}
        {{ exceptions.raise_compiler_error(
            "quarantine_limits names '" ~ name ~ "', which is no table of the contract.") }}
    {%- endfor -%}
{%- endmacro %}

{#- The columns as staging has them: a diagnosis comes with the system of its code. -#}
{% macro staged_columns(entity) -%}
    {%- set names = [] -%}
    {%- for name in contract_columns(entity) -%}
        {%- do names.extend(
            ['diagnosis_code', 'code_system'] if name == 'icd10_code' else [name]) -%}
    {%- endfor -%}
    {{ return(names) }}
{%- endmacro %}

{#- The parts of a row's key, joined by a bar. -#}
{% macro row_key(entity) -%}
    {%- set parts = [] -%}
    {%- for name in contract_keys()[entity] -%}
        {%- do parts.append('cast(' ~ name ~ ' as varchar(60))') -%}
    {%- endfor -%}
    {{ return(parts[0] if parts | length == 1 else 'concat(' ~ parts | join(", '|', ") ~ ')') }}
{%- endmacro %}

{#- Whether a staged column holds text. -#}
{% macro is_text(entity, name) -%}
    {%- set column = contract_columns(entity)[name] -%}
    {{ return(not column or column.data_type.startswith('varchar')) }}
{%- endmacro %}

{#- A typed value as text, as it may be shown. -#}
{% macro shown_value(column, details) -%}
    {%- set column = 'diagnosis_code' if column == 'icd10_code' else column -%}
    {%- set text = seconds_text(column) if details.data_type == 'timestamp'
        else 'cast(' ~ column ~ ' as varchar(50))' -%}
    {{ return(shown(text, details.identifies)) }}
{%- endmacro %}

{#- --- verdicts ------------------------------------------------------------------------------- -#}

{#- The number of the first rule that a row breaks, one severity after the other. Rules on how rows
    stand to each other, duplicates and overlaps, have no condition and come later. -#}
{% macro first_broken_rule(entity, severities) -%}
    {%- set rules = [] -%}
    {%- for severity in severities -%}
        {%- for rule in quality_rules(entity) if rule.breaks and rule.severity == severity -%}
            {%- do rules.append(rule) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- if not rules -%}
    cast(null as int)
    {%- else -%}
    case
        {%- for rule in rules %}
        when {{ rule.breaks }} then {{ rule.number }}
        {%- endfor %}
    end
    {%- endif -%}
{%- endmacro %}

{#- Steps of int_checked_<table>, from `in_context` to `judged`: each row with the number of the rule
    that rejects it and of the rule that flags it, both empty for most.

    Of several rows with one key that break no other rule one stays, the latest by updated_at, and
    among equals the first in the order of all columns; the others are duplicates. Keys that differ
    in case alone are one key: what names the other one is an orphan, and nobody's visits are taken
    for somebody else's. -#}
{% macro judge(entity) -%}
    {%- set duplicates = quality_rules(entity) | selectattr('rule', 'equalto', 'duplicate key') -%}
    {%- set key = contract_keys()[entity] -%}
    checked as (
        select
            *,
            {{ first_broken_rule(entity, ['stop', 'quarantine']) }} as broken_rule,
            {{ first_broken_rule(entity, ['flag']) }} as flagging_rule
        from in_context
    ),

    numbered as (
        select
            *,
            row_number() over (
                partition by
                    {%- for name in key %}
                    {{ exactly('upper(' ~ name ~ ')') if name.endswith('_id') else name }},
                    {%- endfor %}
                    case when broken_rule is null then 0 else 1 end
                order by
                    {%- if 'updated_at' in staged_columns(entity) %}
                    updated_at desc,
                    {%- endif %}
                    {%- for name in kept_columns(entity) if name != 'updated_at' %}
                    case when {{ name }} is null then 1 else 0 end,
                    {{ exactly(name) if is_text(entity, name) else name }}
                    {{- ',' if not loop.last }}
                    {%- endfor %}
            ) as copy_number
        from checked
    ),

    judged as (
        select
            *,
            case
                when broken_rule is null and copy_number > 1
                    then {{ duplicates | map(attribute='number') | join }}
                else broken_rule
            end as rejecting_rule
        from numbered
    )
{%- endmacro %}

{#- The number of the rule on overlapping stays where it is the one that counts, over the verdict that
    all other rules gave. -#}
{% macro with_overlaps(verdict, severities) -%}
    {%- set rule = (quality_rules('encounters') or [{}])[-1] -%}
    {%- if rule.severity in severities -%}
    case
        when {{ verdict }} is null and overlapping_stays.encounter_id is not null
            then {{ rule.number }}
        else {{ verdict }}
    end
    {%- else -%}
    {{ verdict }}
    {%- endif -%}
{%- endmacro %}

{#- The columns that go on from staging: all that do not identify a person, and the birth date and
    the ZIP code, which are reduced in the next step. -#}
{% macro kept_columns(entity) -%}
    {%- set dropped = ['first_name', 'last_name', 'address_line', 'city', 'phone', 'email']
        if entity == 'patients' else [] -%}
    {%- set names = [] -%}
    {%- for name in staged_columns(entity) if name not in dropped -%}
        {%- do names.append(name) -%}
    {%- endfor -%}
    {{ return(names) }}
{%- endmacro %}

{#- The rows of a table that broke a rule: in quarantine, or kept and flagged. -#}
{% macro failed_rows(entity) -%}
    {%- set rules = quality_rules(entity) -%}
with broken as (
    select
        *,
        coalesce(rejected_by_rule, flagged_by_rule) as rule_number
    from {{ ref('int_checked_' ~ entity) }}
    where
        rejected_by_rule is not null
        or flagged_by_rule is not null
),

final as (
    select
        cast('{{ var('emr_source', 'demo') }}' as varchar(20)) as source_name,
        cast({{ row_key(entity) }} as varchar(121)) as row_key,
        {{ of_rule(rules, 'rule', 50) }} as rule_name,
        {{ of_rule(rules, 'column', 50) }} as column_name,
        cast(
            case rule_number
                {%- for rule in rules %}
                when {{ rule.number }} then {{ rule.value }}
                {%- endfor %}
            end as varchar(200)
        ) as offending_value,
        {{ of_rule(rules, 'severity', 20) }} as severity
    from broken
)

select * from final
{%- endmacro %}

{% macro of_rule(rules, attribute, length) -%}
    cast(
            case rule_number
                {%- for rule in rules %}
                when {{ rule.number }} then '{{ rule[attribute] }}'
                {%- endfor %}
            end as varchar({{ length }})
        )
{%- endmacro %}
