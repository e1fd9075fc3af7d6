"""Training functions for the callbacks of Keras, Lightning and Transformers; other processes import them.
Each learns y = 3 x and has EPOCHS epochs."""

import os

import luthier
import luthier.callbacks

os.environ.setdefault("KERAS_BACKEND", "torch")
EPOCHS = 6


def with_keras(config):
    import keras
    import numpy

    x = numpy.linspace(-1, 1, 64, dtype="float32").reshape(-1, 1)
    callback = luthier.callbacks.keras()
    if callback.restored:
        model = keras.saving.load_model(callback.restored)
    else:
        model = keras.Sequential([keras.layers.Input((1,)), keras.layers.Dense(1)])
        model.compile(optimizer=keras.optimizers.SGD(config["lr"]), loss="mse")
    history = model.fit(x, 3 * x, epochs=EPOCHS, initial_epoch=luthier.iteration(), verbose=0,
                        validation_data=(x, 3 * x), callbacks=[callback])
    print("epochs", history.epoch[-1] + 1, "resumed", callback.restored is not None)


def with_lightning(config):
    import lightning
    import torch

    class Line(lightning.LightningModule):
        def __init__(self):
            super().__init__()
            self.layer = torch.nn.Linear(1, 1)

        def training_step(self, batch, _):
            return torch.nn.functional.mse_loss(self.layer(batch[0]), batch[1])

        def validation_step(self, batch, _):
            self.log("val_loss", torch.nn.functional.mse_loss(self.layer(batch[0]), batch[1]))

        def configure_optimizers(self):
            return torch.optim.SGD(self.parameters(), config["lr"])

    torch.manual_seed(0)
    x = torch.linspace(-1, 1, 64).reshape(-1, 1)
    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x, 3 * x), batch_size=16)
    callback = luthier.callbacks.lightning({"loss": "val_loss"})
    trainer = lightning.Trainer(max_epochs=EPOCHS, callbacks=[callback], logger=False, accelerator="cpu",
                                enable_checkpointing=False, enable_progress_bar=False, enable_model_summary=False)
    trainer.fit(Line(), loader, loader, ckpt_path=callback.restored)
    print("epochs", trainer.current_epoch, "resumed", callback.restored is not None)


def with_transformers(config, save="epoch"):
    import torch
    from transformers import Trainer, TrainingArguments

    class Line(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = torch.nn.Linear(1, 1)

        def forward(self, x, labels=None):
            predicted = self.layer(x)
            return {"loss": torch.nn.functional.mse_loss(predicted, labels), "logits": predicted}

    torch.manual_seed(0)
    rows = [{"x": torch.tensor([i / 32 - 1]), "labels": torch.tensor([3 * (i / 32 - 1)])} for i in range(64)]
    arguments = TrainingArguments(
        output_dir="trainer", num_train_epochs=EPOCHS, per_device_train_batch_size=16, learning_rate=config["lr"],
        eval_strategy="epoch", save_strategy=save, report_to=[], use_cpu=True, optim="sgd",
        lr_scheduler_type="constant", disable_tqdm=True, label_names=["labels"])
    callback = luthier.callbacks.transformers()
    trainer = Trainer(Line(), arguments, train_dataset=rows, eval_dataset=rows, callbacks=[callback])
    trainer.train(resume_from_checkpoint=callback.restored)
    print("epochs", round(trainer.state.epoch), "resumed", callback.restored is not None)


def with_transformers_saving_nothing(config):
    with_transformers(config, "no")
