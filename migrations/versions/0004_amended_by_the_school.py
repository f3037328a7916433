"""what a citation knew, and what a school changed in a clause"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('citation', schema=None) as batch_op:
        batch_op.add_column(sa.Column('at', sa.BigInteger(), nullable=False, server_default='0'))
    # Until now a version knew of its clauses what was known when it was written.
    op.execute(
        'UPDATE citation SET at = (SELECT created_at FROM question_version v WHERE v.id = citation.version_id)'
    )


def downgrade() -> None:
    with op.batch_alter_table('citation', schema=None) as batch_op:
        batch_op.drop_column('at')
