"""Operators of databases, brokers, search engines and tools: one object stands for the software.

Most name an image, many take a part of a pod template. Where they name neither, the operator
chooses, and its pods show what.
"""

from typing import Final

from aup.facts.carriers.carrier import Carrier

_IMAGE: Final = Carrier(images=("spec.image",))
_OWN_PODS: Final = Carrier(specs=("spec",), images=("spec.image",))
"""The spec has the fields of a pod spec beside its own."""

_ELASTIC: Final = Carrier(
    fragments=(
        "spec.podTemplate",
        "spec.nodeSets[].podTemplate",
        "spec.daemonSet.podTemplate",
        "spec.deployment.podTemplate",
        "spec.statefulSet.podTemplate",
    ),
    images=("spec.image",),
)

_SPARK_ROLES: Final = ("driver", "executor")


def _spark(at: str) -> Carrier:
    """Return an application of the Spark operator whose spec is at a path."""
    roles = tuple(f"{at}.{role}" for role in _SPARK_ROLES)
    return Carrier(
        fragments=tuple(f"{role}.template" for role in roles),
        specs=roles,
        containers=tuple(f"{role}.sidecars[]" for role in roles),
        images=(f"{at}.image", *(f"{role}.image" for role in roles)),
    )


OPERATORS: Final[dict[tuple[str, str], Carrier]] = {
    # PostgreSQL
    ("postgresql.cnpg.io", "Cluster"): Carrier(images=("spec.imageName",)),
    ("postgresql.cnpg.io", "Pooler"): Carrier(fragments=("spec.template",)),
    ("postgresql.cnpg.io", "ImageCatalog"): Carrier(images=("spec.images[].image",)),
    ("postgresql.cnpg.io", "ClusterImageCatalog"): Carrier(images=("spec.images[].image",)),
    ("acid.zalan.do", "postgresql"): Carrier(
        containers=("spec.sidecars[]", "spec.initContainers[]"), images=("spec.dockerImage",)
    ),
    ("postgres-operator.crunchydata.com", "PostgresCluster"): Carrier(
        containers=("spec.instances[].containers[]",),
        images=(
            "spec.image",
            "spec.backups.pgbackrest.image",
            "spec.proxy.pgBouncer.image",
            "spec.monitoring.pgmonitor.exporter.image",
        ),
    ),
    # Other databases and caches
    ("k8s.mariadb.com", "MariaDB"): _OWN_PODS,
    ("k8s.mariadb.com", "MaxScale"): _OWN_PODS,
    ("mongodbcommunity.mongodb.com", "MongoDBCommunity"): Carrier(
        fragments=("spec.statefulSet.spec.template",)
    ),
    ("psmdb.percona.com", "PerconaServerMongoDB"): Carrier(
        images=("spec.image", "spec.backup.image", "spec.pmm.image")
    ),
    ("pxc.percona.com", "PerconaXtraDBCluster"): Carrier(
        images=("spec.pxc.image", "spec.proxysql.image", "spec.haproxy.image", "spec.backup.image")
    ),
    ("databases.spotahome.com", "RedisFailover"): Carrier(
        containers=("spec.redis.extraContainers[]", "spec.redis.initContainers[]"),
        images=("spec.redis.image", "spec.sentinel.image", "spec.redis.exporter.image"),
    ),
    **dict.fromkeys(
        (
            ("redis.redis.opstreelabs.in", kind)
            for kind in ("Redis", "RedisCluster", "RedisReplication", "RedisSentinel")
        ),
        Carrier(images=("spec.kubernetesConfig.image", "spec.redisExporter.image")),
    ),
    ("clickhouse.altinity.com", "ClickHouseInstallation"): Carrier(
        fragments=("spec.templates.podTemplates[]",)
    ),
    ("cassandra.datastax.com", "CassandraDatacenter"): Carrier(
        fragments=("spec.podTemplateSpec",), images=("spec.serverImage", "spec.systemLoggerImage")
    ),
    ("minio.min.io", "Tenant"): _IMAGE,
    # Search
    **dict.fromkeys(
        (
            ("elasticsearch.k8s.elastic.co", "Elasticsearch"),
            ("kibana.k8s.elastic.co", "Kibana"),
            ("apm.k8s.elastic.co", "ApmServer"),
            ("beat.k8s.elastic.co", "Beat"),
            ("agent.k8s.elastic.co", "Agent"),
            ("logstash.k8s.elastic.co", "Logstash"),
            ("enterprisesearch.k8s.elastic.co", "EnterpriseSearch"),
            ("maps.k8s.elastic.co", "ElasticMapsServer"),
        ),
        _ELASTIC,
    ),
    ("opensearch.opster.io", "OpenSearchCluster"): Carrier(
        images=("spec.general.image", "spec.dashboards.image", "spec.initHelper.image")
    ),
    # Brokers and streams
    ("kafka.strimzi.io", "Kafka"): Carrier(
        images=(
            "spec.kafka.image",
            "spec.zookeeper.image",
            "spec.entityOperator.*.image",
            "spec.cruiseControl.image",
            "spec.kafkaExporter.image",
        )
    ),
    **dict.fromkeys(
        (
            ("kafka.strimzi.io", kind)
            for kind in ("KafkaConnect", "KafkaMirrorMaker", "KafkaMirrorMaker2", "KafkaBridge")
        ),
        _IMAGE,
    ),
    ("rabbitmq.com", "RabbitmqCluster"): Carrier(
        fragments=("spec.override.statefulSet.spec.template",), images=("spec.image",)
    ),
    ("flink.apache.org", "FlinkDeployment"): Carrier(
        fragments=(
            "spec.podTemplate",
            "spec.jobManager.podTemplate",
            "spec.taskManager.podTemplate",
        ),
        images=("spec.image",),
    ),
    ("sparkoperator.k8s.io", "SparkApplication"): _spark("spec"),
    ("sparkoperator.k8s.io", "ScheduledSparkApplication"): _spark("spec.template"),
    ("spark.apache.org", "SparkApplication"): Carrier(
        fragments=("spec.driverSpec.podTemplateSpec", "spec.executorSpec.podTemplateSpec")
    ),
    # Observation
    **dict.fromkeys(
        (
            ("monitoring.coreos.com", kind)
            for kind in ("Prometheus", "PrometheusAgent", "Alertmanager", "ThanosRuler")
        ),
        Carrier(specs=("spec",), images=("spec.image", "spec.baseImage", "spec.thanos.image")),
    ),
    ("grafana.integreatly.org", "Grafana"): Carrier(fragments=("spec.deployment.spec.template",)),
    ("opentelemetry.io", "OpenTelemetryCollector"): Carrier(
        specs=("spec",), containers=("spec.additionalContainers[]",), images=("spec.image",)
    ),
    ("opentelemetry.io", "Instrumentation"): Carrier(images=("spec.*.image",)),
    ("jaegertracing.io", "Jaeger"): Carrier(images=("spec.*.image",)),
    # Tools
    ("k8s.keycloak.org", "Keycloak"): Carrier(
        fragments=("spec.unsupported.podTemplate",), images=("spec.image",)
    ),
    ("vault.banzaicloud.com", "Vault"): Carrier(
        specs=("spec.vaultPodSpec",), images=("spec.image", "spec.bankVaultsImage")
    ),
    ("actions.github.com", "AutoscalingRunnerSet"): Carrier(templates=("spec.template",)),
    ("actions.summerwind.dev", "RunnerDeployment"): Carrier(
        specs=("spec.template.spec",), images=("spec.template.spec.image",)
    ),
    ("jenkins.io", "Jenkins"): Carrier(specs=("spec.master",)),
    ("k6.io", "TestRun"): Carrier(
        specs=("spec.runner", "spec.starter", "spec.initializer"),
        images=("spec.runner.image", "spec.starter.image", "spec.initializer.image"),
    ),
    ("serving.kserve.io", "InferenceService"): Carrier(
        specs=("spec.predictor", "spec.transformer", "spec.explainer"),
        containers=("spec.predictor.model",),
    ),
    ("serving.kserve.io", "ServingRuntime"): Carrier(specs=("spec",)),
    ("serving.kserve.io", "ClusterServingRuntime"): Carrier(specs=("spec",)),
}
