package dev.quiverdb.bench.ann;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Comparator;
import java.util.stream.Stream;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.util.BitSetIterator;
import org.apache.lucene.util.FixedBitSet;
import org.jspecify.annotations.Nullable;

/**
 * Lucene's HNSW over fp32 in one segment; the effort is the k of its collector, of which the best
 * ten count.
 */
final class LuceneEngine implements AnnEngine {
    private static final String FIELD = "v";

    private @Nullable Path directory;
    private @Nullable DirectoryReader reader;
    private @Nullable LeafReader leaf;
    private int count;
    private int dimensions;

    @Override
    public String name() {
        return "lucene hnsw";
    }

    @Override
    public void build(AnnData data, int threads) {
        count = data.base().length;
        dimensions = data.dimensions();
        try {
            directory = Files.createTempDirectory("ann-lucene");
            var merges =
                    threads > 1 ? java.util.concurrent.Executors.newFixedThreadPool(threads) : null;
            var format =
                    merges == null
                            ? new Lucene99HnswVectorsFormat(16, 64)
                            : new Lucene99HnswVectorsFormat(16, 64, threads, merges);
            var config =
                    new IndexWriterConfig()
                            .setRAMBufferSizeMB(threads > 1 ? 64 : 1024)
                            .setMergeScheduler(new SerialMergeScheduler())
                            .setCodec(
                                    new Lucene104Codec() {
                                        @Override
                                        public KnnVectorsFormat getKnnVectorsFormatForField(
                                                String field) {
                                            return format;
                                        }
                                    });
            try (var store = new MMapDirectory(directory);
                    var writer = new IndexWriter(store, config)) {
                for (float[] vector : data.base()) {
                    var document = new Document();
                    document.add(
                            new KnnFloatVectorField(
                                    FIELD, vector, VectorSimilarityFunction.EUCLIDEAN));
                    writer.addDocument(document);
                }
                writer.forceMerge(1);
                writer.commit();
            } finally {
                if (merges != null) {
                    merges.close();
                }
            }
            reader = DirectoryReader.open(new MMapDirectory(directory));
            leaf = reader.leaves().get(0).reader();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public double indexBytesPerVector() {
        if (directory == null) {
            throw new IllegalStateException("build comes first");
        }
        try (Stream<Path> files = Files.list(directory)) {
            long bytes = files.mapToLong(file -> file.toFile().length()).sum();
            return (double) bytes / count - 4.0 * dimensions;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public int[] efforts() {
        return new int[] {10, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384};
    }

    @Override
    public int search(float[] query, int k, int effort, @Nullable BitSet admitted, int[] into) {
        return searchFiltered(
                query,
                k,
                effort,
                new BitSet(),
                admitted == null ? null : prepareFilter(admitted),
                into);
    }

    @Override
    public Object prepareFilter(BitSet admitted) {
        var bits = new FixedBitSet(count);
        admitted.stream().forEach(bits::set);
        return bits;
    }

    @Override
    public int searchFiltered(
            float[] query,
            int k,
            int effort,
            BitSet admitted,
            @Nullable Object prepared,
            int[] into) {
        if (leaf == null) {
            throw new IllegalStateException("build comes first");
        }
        try {
            AcceptDocs accept;
            if (prepared instanceof FixedBitSet bits) {
                int cardinality = bits.cardinality();
                accept =
                        AcceptDocs.fromIteratorSupplier(
                                () -> new BitSetIterator(bits, cardinality), null, count);
            } else {
                accept = AcceptDocs.fromLiveDocs(null, count);
            }
            TopDocs found =
                    leaf.searchNearestVectors(
                            FIELD, query, Math.max(k, effort), accept, Integer.MAX_VALUE);
            int taken = 0;
            for (ScoreDoc hit : found.scoreDocs) {
                if (taken < k) {
                    into[taken++] = hit.doc;
                }
            }
            return taken;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            if (reader != null) {
                reader.close();
            }
            if (directory != null) {
                try (Stream<Path> files = Files.walk(directory)) {
                    files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
