package dev.quiverdb.vector.ivf;

/** Is told how far a build has come. Any thread may call. */
@FunctionalInterface
public interface BuildSteps {
    /** Hears nothing. */
    BuildSteps SILENT = (step, done, total) -> {};

    /** What a build does, in order. */
    enum Step {
        K_MEANS,
        ASSIGNING,
        LOADING
    }

    void report(Step step, long done, long total);
}
