"""Regions, compounds, homes, people, organisations, ownership, imports of rolls."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.grants import insert_only, read_write

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "organisation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("normal_name", sa.String(length=200), nullable=False),
        sa.Column("credit_code", sa.String(length=18), nullable=True),
        sa.Column("made_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("credit_code", name=op.f("uq_organisation_credit_code")),
        schema="registry",
    )
    op.create_index(
        op.f("ix_organisation_normal_name"), "organisation", ["normal_name"], unique=False, schema="registry"
    )
    op.create_index(
        "uq_organisation_name_without_code",
        "organisation",
        ["normal_name"],
        unique=True,
        schema="registry",
        postgresql_where=sa.text("credit_code IS NULL"),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key_wrapped", sa.LargeBinary(), nullable=True),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("id_number_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("id_number_is_faulty", sa.Boolean(), nullable=False),
        sa.Column("name_index", sa.LargeBinary(), nullable=True),
        sa.Column("phone_index", sa.LargeBinary(), nullable=True),
        sa.Column("id_index", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("erased_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("(erased_at IS NULL) = (key_wrapped IS NOT NULL)", name=op.f("ck_person_erased_has_no_key")),
        sa.CheckConstraint(
            "erased_at IS NULL OR (name_sealed IS NULL AND phone_sealed IS NULL AND id_number_sealed IS NULL"
            " AND name_index IS NULL AND phone_index IS NULL AND id_index IS NULL)",
            name=op.f("ck_person_erased_is_empty"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("id_index", name=op.f("uq_person_id_index")),
        schema="registry",
    )
    op.create_index(op.f("ix_person_name_index"), "person", ["name_index"], unique=False, schema="registry")
    op.create_index(op.f("ix_person_phone_index"), "person", ["phone_index"], unique=False, schema="registry")
    op.create_table(
        "region",
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("parent", sa.String(length=12), nullable=True),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint("code ~ '^[0-9]{2,12}$'", name=op.f("ck_region_code_digits")),
        sa.CheckConstraint(
            "level IN ('province', 'city', 'county', 'street', 'community')", name=op.f("ck_region_level")
        ),
        sa.CheckConstraint("parent IS NULL OR starts_with(code, parent)", name=op.f("ck_region_under_parent")),
        sa.ForeignKeyConstraint(["parent"], ["registry.region.code"], name=op.f("fk_region_parent")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_region")),
        schema="registry",
    )
    op.create_index(op.f("ix_region_parent_code"), "region", ["parent", "code"], unique=False, schema="registry")
    op.create_table(
        "compound",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=15), nullable=False),
        sa.Column("community_code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=True),
        sa.Column("developer_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("made_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint(
            "code ~ '^[0-9]{15}$' AND starts_with(code, community_code)", name=op.f("ck_compound_code_of_community")
        ),
        sa.ForeignKeyConstraint(["community_code"], ["registry.region.code"], name=op.f("fk_compound_community_code")),
        sa.ForeignKeyConstraint(["developer_id"], ["registry.organisation.id"], name=op.f("fk_compound_developer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_compound")),
        sa.UniqueConstraint("code", name=op.f("uq_compound_code")),
        sa.UniqueConstraint("community_code", "name", name=op.f("uq_compound_community_code_name")),
        schema="registry",
    )
    op.create_index(op.f("ix_compound_community_code"), "compound", ["community_code"], unique=False, schema="registry")
    op.create_table(
        "home",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("compound_id", sa.Uuid(), nullable=False),
        sa.Column("building", sa.String(length=10), nullable=False),
        sa.Column("entrance", sa.String(length=10), nullable=False),
        sa.Column("floor", sa.Integer(), nullable=True),
        sa.Column("room", sa.String(length=20), nullable=False),
        sa.Column("label", sa.String(length=45), nullable=False),
        sa.Column("place", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("delivery", sa.String(length=20), nullable=False),
        sa.Column("rented", sa.Boolean(), nullable=False),
        sa.Column("area_hundredths", sa.Integer(), nullable=True),
        sa.Column("area_source", sa.String(length=15), nullable=True),
        sa.Column("owner_known", sa.Boolean(), nullable=False),
        sa.Column("head_group", sa.LargeBinary(), nullable=False),
        sa.Column("unit_number", sa.String(length=28), nullable=True),
        sa.Column("address_code", sa.String(length=40), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("made_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("delivery IN ('UNSOLD', 'SOLD_UNDELIVERED', 'DELIVERED')", name=op.f("ck_home_delivery")),
        sa.CheckConstraint("kind IN ('DWELLING', 'SHOP', 'PARKING', 'STORE')", name=op.f("ck_home_kind")),
        sa.CheckConstraint("(area_hundredths IS NULL) = (area_source IS NULL)", name=op.f("ck_home_area_has_source")),
        sa.CheckConstraint("area_hundredths > 0", name=op.f("ck_home_area_positive")),
        sa.ForeignKeyConstraint(["compound_id"], ["registry.compound.id"], name=op.f("fk_home_compound_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_home")),
        sa.UniqueConstraint("address_code", name=op.f("uq_home_address_code")),
        sa.UniqueConstraint("compound_id", "label", name=op.f("uq_home_compound_id_label")),
        sa.UniqueConstraint("unit_number", name=op.f("uq_home_unit_number")),
        schema="registry",
    )
    op.create_index(
        op.f("ix_home_compound_id_place_id"), "home", ["compound_id", "place", "id"], unique=False, schema="registry"
    )
    op.create_index(
        "ix_home_register",
        "home",
        ["compound_id", "building", "entrance", "head_group"],
        unique=False,
        schema="registry",
        postgresql_include=["area_hundredths", "kind", "owner_known"],
    )
    op.create_table(
        "roll_import",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("compound_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("file_name", sa.String(length=120), nullable=False),
        sa.Column("file_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("partial", sa.Boolean(), nullable=False),
        sa.Column("area_source", sa.String(length=15), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("fault", sa.String(length=20), nullable=True),
        sa.Column("same_as", sa.Uuid(), nullable=True),
        sa.Column("report", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("done_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'QUEUED') = (done_at IS NULL)", name=op.f("ck_roll_import_done")),
        sa.CheckConstraint(
            "state IN ('QUEUED', 'TAKEN', 'PARTLY_TAKEN', 'UNCHANGED', 'REFUSED', 'UNREADABLE')",
            name=op.f("ck_roll_import_state"),
        ),
        sa.ForeignKeyConstraint(["compound_id"], ["registry.compound.id"], name=op.f("fk_roll_import_compound_id")),
        sa.ForeignKeyConstraint(["same_as"], ["registry.roll_import.id"], name=op.f("fk_roll_import_same_as")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roll_import")),
        schema="registry",
    )
    op.create_index(
        op.f("ix_roll_import_compound_id_digest"),
        "roll_import",
        ["compound_id", "digest"],
        unique=False,
        schema="registry",
    )
    op.create_index(
        op.f("ix_roll_import_compound_id_made_at_id"),
        "roll_import",
        ["compound_id", "made_at", "id"],
        unique=False,
        schema="registry",
    )
    op.create_table(
        "binding",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("home_id", sa.Uuid(), nullable=False),
        sa.Column("relation", sa.String(length=10), nullable=False),
        sa.Column("method", sa.String(length=20), nullable=False),
        sa.Column("verified_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("verified_by", sa.Uuid(), nullable=False),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("end_reason", sa.String(length=30), nullable=True),
        sa.CheckConstraint("relation IN ('OWNER', 'FAMILY', 'TENANT')", name=op.f("ck_binding_relation")),
        sa.ForeignKeyConstraint(["home_id"], ["registry.home.id"], name=op.f("fk_binding_home_id")),
        sa.ForeignKeyConstraint(["person_id"], ["registry.person.id"], name=op.f("fk_binding_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_binding")),
        schema="registry",
    )
    op.create_index(op.f("ix_binding_home_id"), "binding", ["home_id"], unique=False, schema="registry")
    op.create_index(
        "uq_binding_live",
        "binding",
        ["person_id", "home_id"],
        unique=True,
        schema="registry",
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "door_code",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("home_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("used_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("used_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["home_id"], ["registry.home.id"], name=op.f("fk_door_code_home_id")),
        sa.ForeignKeyConstraint(["used_by"], ["registry.person.id"], name=op.f("fk_door_code_used_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_door_code")),
        sa.UniqueConstraint("digest", name=op.f("uq_door_code_digest")),
        schema="registry",
    )
    op.create_index(op.f("ix_door_code_home_id"), "door_code", ["home_id"], unique=False, schema="registry")
    op.create_table(
        "home_area",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("home_id", sa.Uuid(), nullable=False),
        sa.Column("hundredths", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=15), nullable=False),
        sa.Column("stated_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("stated_by", sa.String(length=100), nullable=False),
        sa.CheckConstraint(
            "source IN ('REGISTER', 'SURVEY', 'CONTRACT', 'REFORM_PAPER')", name=op.f("ck_home_area_source")
        ),
        sa.CheckConstraint("hundredths > 0", name=op.f("ck_home_area_positive")),
        sa.ForeignKeyConstraint(["home_id"], ["registry.home.id"], name=op.f("fk_home_area_home_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_home_area")),
        schema="registry",
    )
    op.create_index(op.f("ix_home_area_home_id"), "home_area", ["home_id"], unique=False, schema="registry")
    op.create_table(
        "ownership",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("home_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("basis", sa.String(length=20), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "basis IN ('REGISTERED', 'CONTRACT_POSSESSION', 'JUDGMENT', 'INHERITANCE', 'BUILT', 'PUBLIC_UNIT')",
            name=op.f("ck_ownership_basis"),
        ),
        sa.CheckConstraint("num_nonnulls(person_id, organisation_id) = 1", name=op.f("ck_ownership_one_owner")),
        sa.ForeignKeyConstraint(["home_id"], ["registry.home.id"], name=op.f("fk_ownership_home_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["registry.organisation.id"], name=op.f("fk_ownership_organisation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["registry.person.id"], name=op.f("fk_ownership_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ownership")),
        schema="registry",
    )
    op.create_index(op.f("ix_ownership_home_id"), "ownership", ["home_id"], unique=False, schema="registry")
    op.create_index(
        op.f("ix_ownership_organisation_id"), "ownership", ["organisation_id"], unique=False, schema="registry"
    )
    op.create_index(op.f("ix_ownership_person_id"), "ownership", ["person_id"], unique=False, schema="registry")
    op.create_index(
        "uq_ownership_organisation",
        "ownership",
        ["home_id", "organisation_id"],
        unique=True,
        schema="registry",
        postgresql_where=sa.text("valid_to IS NULL"),
    )
    op.create_index(
        "uq_ownership_person",
        "ownership",
        ["home_id", "person_id"],
        unique=True,
        schema="registry",
        postgresql_where=sa.text("valid_to IS NULL"),
    )
    op.create_table(
        "roll_finding",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("severity", sa.String(length=10), nullable=False),
        sa.Column("sheet", sa.String(length=100), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("column", sa.String(length=3), nullable=False),
        sa.Column("heading", sa.String(length=100), nullable=False),
        sa.Column("home", sa.String(length=45), nullable=True),
        sa.Column("reason_zh", sa.String(length=300), nullable=False),
        sa.Column("reason_en", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["registry.roll_import.id"], name=op.f("fk_roll_finding_import_id")),
        sa.PrimaryKeyConstraint("import_id", "position", name=op.f("pk_roll_finding")),
        schema="registry",
    )
    op.create_table(
        "tenancy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("home_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["home_id"], ["registry.home.id"], name=op.f("fk_tenancy_home_id")),
        sa.ForeignKeyConstraint(["person_id"], ["registry.person.id"], name=op.f("fk_tenancy_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenancy")),
        schema="registry",
    )
    op.create_index(op.f("ix_tenancy_home_id"), "tenancy", ["home_id"], unique=False, schema="registry")
    op.create_index(op.f("ix_tenancy_person_id"), "tenancy", ["person_id"], unique=False, schema="registry")
    read_write(
        "registry",
        "organisation",
        "person",
        "region",
        "compound",
        "home",
        "roll_import",
        "binding",
        "door_code",
        "ownership",
        "tenancy",
    )
    insert_only("registry", "home_area", "roll_finding")


def downgrade() -> None:
    op.drop_index(op.f("ix_tenancy_person_id"), table_name="tenancy", schema="registry")
    op.drop_index(op.f("ix_tenancy_home_id"), table_name="tenancy", schema="registry")
    op.drop_table("tenancy", schema="registry")
    op.drop_table("roll_finding", schema="registry")
    op.drop_index(
        "uq_ownership_person", table_name="ownership", schema="registry", postgresql_where=sa.text("valid_to IS NULL")
    )
    op.drop_index(
        "uq_ownership_organisation",
        table_name="ownership",
        schema="registry",
        postgresql_where=sa.text("valid_to IS NULL"),
    )
    op.drop_index(op.f("ix_ownership_person_id"), table_name="ownership", schema="registry")
    op.drop_index(op.f("ix_ownership_organisation_id"), table_name="ownership", schema="registry")
    op.drop_index(op.f("ix_ownership_home_id"), table_name="ownership", schema="registry")
    op.drop_table("ownership", schema="registry")
    op.drop_index(op.f("ix_home_area_home_id"), table_name="home_area", schema="registry")
    op.drop_table("home_area", schema="registry")
    op.drop_index(op.f("ix_door_code_home_id"), table_name="door_code", schema="registry")
    op.drop_table("door_code", schema="registry")
    op.drop_index(
        "uq_binding_live", table_name="binding", schema="registry", postgresql_where=sa.text("ended_at IS NULL")
    )
    op.drop_index(op.f("ix_binding_home_id"), table_name="binding", schema="registry")
    op.drop_table("binding", schema="registry")
    op.drop_index(op.f("ix_roll_import_compound_id_made_at_id"), table_name="roll_import", schema="registry")
    op.drop_index(op.f("ix_roll_import_compound_id_digest"), table_name="roll_import", schema="registry")
    op.drop_table("roll_import", schema="registry")
    op.drop_index(
        "ix_home_register",
        table_name="home",
        schema="registry",
        postgresql_include=["area_hundredths", "kind", "owner_known"],
    )
    op.drop_index(op.f("ix_home_compound_id_place_id"), table_name="home", schema="registry")
    op.drop_table("home", schema="registry")
    op.drop_index(op.f("ix_compound_community_code"), table_name="compound", schema="registry")
    op.drop_table("compound", schema="registry")
    op.drop_index(op.f("ix_region_parent_code"), table_name="region", schema="registry")
    op.drop_table("region", schema="registry")
    op.drop_index(op.f("ix_person_phone_index"), table_name="person", schema="registry")
    op.drop_index(op.f("ix_person_name_index"), table_name="person", schema="registry")
    op.drop_table("person", schema="registry")
    op.drop_index(
        "uq_organisation_name_without_code",
        table_name="organisation",
        schema="registry",
        postgresql_where=sa.text("credit_code IS NULL"),
    )
    op.drop_index(op.f("ix_organisation_normal_name"), table_name="organisation", schema="registry")
    op.drop_table("organisation", schema="registry")
