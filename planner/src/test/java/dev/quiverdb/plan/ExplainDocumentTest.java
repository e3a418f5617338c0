package dev.quiverdb.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiverdb.plan.ExplainDocument.Bare;
import dev.quiverdb.plan.ExplainDocument.Field;
import dev.quiverdb.plan.ExplainDocument.Group;
import dev.quiverdb.plan.ExplainDocument.Groups;
import dev.quiverdb.plan.ExplainDocument.Items;
import dev.quiverdb.plan.ExplainDocument.Text;
import dev.quiverdb.plan.ExplainDocument.Whole;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The documents as PostgreSQL 15 lays them out. */
class ExplainDocumentTest {
    private static ExplainDocument document() {
        var scan =
                new Group(
                        List.of(
                                new Field("Node Type", new Text("Seq Scan")),
                                new Field("Output", new Items(List.of("a", "'<&\">'::text"))),
                                new Field("Filter", new Text("(t.b = 'a&<b>\"'::text)"))));
        var limit =
                new Group(
                        List.of(
                                new Field("Node Type", new Text("Limit")),
                                new Field("Parallel Aware", new Bare("false")),
                                new Field("Plans", new Groups("Plan", List.of(scan)))));
        return new ExplainDocument(
                new Group(
                        List.of(
                                new Field("Plan", new Whole(limit)),
                                new Field("Triggers", new Groups("Trigger", List.of())),
                                new Field("Execution Time", new Bare("0.003")))));
    }

    @Test
    void jsonIsAListOfOneQuery() {
        assertThat(document().json())
                .isEqualTo(
                        """
                        [
                          {
                            "Plan": {
                              "Node Type": "Limit",
                              "Parallel Aware": false,
                              "Plans": [
                                {
                                  "Node Type": "Seq Scan",
                                  "Output": ["a", "'<&\\">'::text"],
                                  "Filter": "(t.b = 'a&<b>\\"'::text)"
                                }
                              ]
                            },
                            "Triggers": [
                            ],
                            "Execution Time": 0.003
                          }
                        ]\
                        """);
    }

    @Test
    void namesOfXmlElementsHaveNoBlanks() {
        assertThat(document().xml())
                .isEqualTo(
                        """
                        <explain xmlns="http://www.postgresql.org/2009/explain">
                          <Query>
                            <Plan>
                              <Node-Type>Limit</Node-Type>
                              <Parallel-Aware>false</Parallel-Aware>
                              <Plans>
                                <Plan>
                                  <Node-Type>Seq Scan</Node-Type>
                                  <Output>
                                    <Item>a</Item>
                                    <Item>'&lt;&amp;"&gt;'::text</Item>
                                  </Output>
                                  <Filter>(t.b = 'a&amp;&lt;b&gt;"'::text)</Filter>
                                </Plan>
                              </Plans>
                            </Plan>
                            <Triggers>
                            </Triggers>
                            <Execution-Time>0.003</Execution-Time>
                          </Query>
                        </explain>\
                        """);
    }

    @Test
    void yamlKeepsABlankBehindNamesOfGroups() {
        assertThat(document().yaml().lines())
                .containsExactly(
                        "- Plan: ",
                        "    Node Type: \"Limit\"",
                        "    Parallel Aware: false",
                        "    Plans: ",
                        "      - Node Type: \"Seq Scan\"",
                        "        Output: ",
                        "          - \"a\"",
                        "          - \"'<&\\\">'::text\"",
                        "        Filter: \"(t.b = 'a&<b>\\\"'::text)\"",
                        "  Triggers: ",
                        "  Execution Time: 0.003");
    }
}
