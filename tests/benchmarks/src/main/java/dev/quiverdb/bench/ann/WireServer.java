package dev.quiverdb.bench.ann;

import org.postgresql.util.ByteConverter;
import org.postgresql.util.PGBinaryObject;
import org.postgresql.util.PGobject;

import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Properties;

/** A server that knows vectors, and how to reach it. */
record WireServer(String name, String url) {
    int port() {
        int port = URI.create(url.substring("jdbc:".length())).getPort();
        return port < 0 ? 5432 : port;
    }

    /** Connects so that vectors travel in binary and statements are prepared at once. */
    Connection connect() throws SQLException {
        String oid;
        try (var connection = DriverManager.getConnection(url);
                var statement = connection.createStatement()) {
            statement.execute("CREATE EXTENSION IF NOT EXISTS vector");
            try (var rows = statement.executeQuery("SELECT 'vector'::regtype::oid::int")) {
                rows.next();
                oid = rows.getString(1);
            }
        }
        var properties = new Properties();
        properties.setProperty("binaryTransferEnable", oid);
        properties.setProperty("prepareThreshold", "1");
        return DriverManager.getConnection(url, properties);
    }

    /** A parameter of type vector, sent as pgvector's binary format has it. */
    static final class VectorParameter extends PGobject implements PGBinaryObject {
        private final transient float[] values;

        VectorParameter(float[] values) {
            this.values = values;
            type = "vector";
        }

        @Override
        public String getValue() {
            return Arrays.toString(values).replace(" ", "");
        }

        @Override
        public void setByteValue(byte[] bytes, int offset) {
            throw new IllegalStateException("a parameter is not read");
        }

        @Override
        public int lengthInBytes() {
            return 4 + 4 * values.length;
        }

        @Override
        public void toBytes(byte[] bytes, int offset) {
            ByteConverter.int2(bytes, offset, values.length);
            ByteConverter.int2(bytes, offset + 2, 0);
            for (int i = 0; i < values.length; i++) {
                ByteConverter.float4(bytes, offset + 4 + 4 * i, values[i]);
            }
        }
    }
}
