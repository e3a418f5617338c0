package dev.quiverdb.vector.access;

import dev.quiverdb.base.type.Oids;
import dev.quiverdb.vector.simd.ElementKind;
import dev.quiverdb.vector.simd.Metric;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** pgvector's operator classes of {@code hnsw} and {@code ivfflat}: a type and a metric each. */
enum OperatorClass {
    VECTOR_L2(Oids.VECTOR, ElementKind.FLOAT32, Metric.L2, true),
    VECTOR_IP(Oids.VECTOR, ElementKind.FLOAT32, Metric.INNER_PRODUCT, true),
    VECTOR_COSINE(Oids.VECTOR, ElementKind.FLOAT32, Metric.COSINE, true),
    VECTOR_L1(Oids.VECTOR, ElementKind.FLOAT32, Metric.L1, false),
    HALFVEC_L2(Oids.HALFVEC, ElementKind.FLOAT16, Metric.L2, true),
    HALFVEC_IP(Oids.HALFVEC, ElementKind.FLOAT16, Metric.INNER_PRODUCT, true),
    HALFVEC_COSINE(Oids.HALFVEC, ElementKind.FLOAT16, Metric.COSINE, true),
    HALFVEC_L1(Oids.HALFVEC, ElementKind.FLOAT16, Metric.L1, false),
    SPARSEVEC_L2(Oids.SPARSEVEC, ElementKind.FLOAT32, Metric.L2, false),
    SPARSEVEC_IP(Oids.SPARSEVEC, ElementKind.FLOAT32, Metric.INNER_PRODUCT, false),
    SPARSEVEC_COSINE(Oids.SPARSEVEC, ElementKind.FLOAT32, Metric.COSINE, false),
    SPARSEVEC_L1(Oids.SPARSEVEC, ElementKind.FLOAT32, Metric.L1, false),
    BIT_HAMMING(Oids.BIT, ElementKind.BIT, Metric.HAMMING, true),
    BIT_JACCARD(Oids.BIT, ElementKind.BIT, Metric.JACCARD, false);

    private final int typeOid;
    private final ElementKind kind;
    private final Metric metric;
    private final boolean inLists;

    OperatorClass(int typeOid, ElementKind kind, Metric metric, boolean inLists) {
        this.typeOid = typeOid;
        this.kind = kind;
        this.metric = metric;
        this.inLists = inLists;
    }

    /** Returns the name as it stands in pg_opclass, such as {@code vector_l2_ops}. */
    String sqlName() {
        return name().toLowerCase(Locale.ROOT) + "_ops";
    }

    int typeOid() {
        return typeOid;
    }

    boolean isSparse() {
        return typeOid == Oids.SPARSEVEC;
    }

    ElementKind kind() {
        return kind;
    }

    Metric metric() {
        return metric;
    }

    /** Returns whether methods of lists have it too. */
    boolean inLists() {
        return inLists;
    }

    static Optional<OperatorClass> named(String sqlName) {
        return Arrays.stream(values()).filter(known -> known.sqlName().equals(sqlName)).findFirst();
    }
}
