// Everything a program that tunes needs.
#pragma once

#include "luthier/experiment.h"
#include "luthier/space.h"
#include "luthier/trainable.h"
#include "luthier/tuner.h"
#include "luthier/value.h"
