// Tunes a function of this script: a client of the client protocol (docs/client_protocol.md) in Node.
// Four trials train side by side; ASHA stops the poor ones early.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

class Luthier {
  #engine = spawn(process.env.LUTHIER_PROGRAM ?? "luthier", ["client"], { stdio: ["pipe", "pipe", "inherit"] });
  #waiting = new Map();
  #last = 0;

  constructor() {
    createInterface({ input: this.#engine.stdout }).on("line", (line) => {
      const { id, result, error } = JSON.parse(line);
      const { resolve, reject } = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error) reject(new Error(error.message));
      else resolve(result);
    });
    this.#engine.on("exit", () => this.#waiting.forEach(({ reject }) => reject(new Error("luthier is gone"))));
  }

  ask(word, args = {}) {
    const id = ++this.#last;
    this.#engine.stdin.write(JSON.stringify({ id, do: word, ...args }) + "\n");
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  end() {
    this.#engine.stdin.end();
  }
}

const epochs = 27;

// Gradient descent on (w - 3)^2, an epoch a step; true: the trial was stopped early.
async function train(luthier, { trial, config }) {
  for (let w = 0, epoch = 1; epoch <= epochs; ++epoch) {
    w -= config.lr * 2 * (w - 3) * (1 - config.momentum);
    const { decision } = await luthier.ask("report", { trial, metrics: { loss: (w - 3) ** 2, epoch } });
    if (decision === "stop") {
      await luthier.ask("tell", { trial });
      return epoch < epochs;
    }
  }
  await luthier.ask("tell", { trial });
  return false;
}

const luthier = new Luthier();
await luthier.ask("hello", { protocol: 1 });
await luthier.ask("start", {
  session: { store: "memory" },
  experiment: {
    schema: 1, name: "descent", samples: 40, searcher: "tpe", scheduler: `asha:max_t=${epochs}`, seed: 1,
    space: { parameters: { lr: "loguniform(1e-4, 1)", momentum: "uniform(0, 0.9)" }, constraints: [] },
    objectives: [{ metric: "loss", mode: "min" }],
  },
});
let stopped = 0;
for (let out = await luthier.ask("ask", { count: 4 }); out.trials.length > 0; out = await luthier.ask("ask", { count: 4 })) {
  stopped += (await Promise.all(out.trials.map((each) => train(luthier, each)))).filter(Boolean).length;
}
const { trials, best } = await luthier.ask("close");
const { trials: [winner] } = await luthier.ask("read", { what: "trials", first: best[0], count: 1 });
console.log(`${trials} trials, ${stopped} stopped early; loss ${winner.best.loss} with lr ${winner.best_config.lr}`);
luthier.end();
