"""The seed of region codes (OWN-4): Shanxi, Taiyuan, its counties, and the streets of Wanbolin.

Source: the statistical codes of the National Bureau of Statistics; communities are entered on site.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

REGIONS = (
    ("14", "山西省", None, "province"),
    ("1401", "太原市", "14", "city"),
    ("140105", "小店区", "1401", "county"),
    ("140106", "迎泽区", "1401", "county"),
    ("140107", "杏花岭区", "1401", "county"),
    ("140108", "尖草坪区", "1401", "county"),
    ("140109", "万柏林区", "1401", "county"),
    ("140110", "晋源区", "1401", "county"),
    ("140109001", "千峰街道", "140109", "street"),
    ("140109002", "下元街道", "140109", "street"),
    ("140109003", "和平街道", "140109", "street"),
    ("140109004", "兴华街道", "140109", "street"),
    ("140109005", "万柏林街道", "140109", "street"),
    ("140109006", "杜儿坪街道", "140109", "street"),
    ("140109007", "白家庄街道", "140109", "street"),
    ("140109008", "南寒街道", "140109", "street"),
    ("140109009", "东社街道", "140109", "street"),
    ("140109011", "小井峪街道", "140109", "street"),
    ("140109012", "西铭街道", "140109", "street"),
    ("140109013", "长风西街街道", "140109", "street"),
    ("140109014", "神堂沟街道", "140109", "street"),
    ("140109015", "王化街道", "140109", "street"),
)


def upgrade() -> None:
    region = sa.table("region", *(sa.column(name) for name in ("code", "name", "parent", "level")), schema="registry")
    fields = ("code", "name", "parent", "level")
    op.bulk_insert(region, [dict(zip(fields, row, strict=True)) for row in REGIONS])


def downgrade() -> None:
    op.execute("DELETE FROM registry.region")
