"""T: the self-evaluation tables."""

from xlreport.checks.rule import stated

stated("T01", "自评表执行率等于全年执行数除以全年预算数", "stated_execution_rate", "execution_rate")
